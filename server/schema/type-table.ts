/**
 * The description of every kind, read from kinds.gen.json. Types link to each other lazily: a cluster that only sees
 * pods never looks at the rest.
 */
import { readFileSync } from 'node:fs';
import type { ColumnRow, FieldRow, KindsFile, ResourceRow, SubresourceRow, TypeRow } from './type-table-format.ts';

export type Scalar = 'string' | 'boolean' | 'int32' | 'int64' | 'double' | 'bytes';

/**
 * Types with an encoding of their own, and `deduced`: what no schema describes, taken apart as it comes (objects by
 * their fields, everything else as a whole).
 */
export type Opaque =
  | 'deduced'
  | 'time'
  | 'micro-time'
  | 'duration'
  | 'quantity'
  | 'int-or-string'
  | 'raw'
  | 'schema-or-bool'
  | 'schema-or-array'
  | 'schema-or-strings';

const OPAQUE: Readonly<Record<string, Opaque>> = {
  'io.k8s.apimachinery.pkg.apis.meta.v1.Time': 'time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime': 'micro-time',
  'io.k8s.apimachinery.pkg.apis.meta.v1.Duration': 'duration',
  'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1': 'raw',
  'io.k8s.apimachinery.pkg.api.resource.Quantity': 'quantity',
  'io.k8s.apimachinery.pkg.util.intstr.IntOrString': 'int-or-string',
  'io.k8s.apimachinery.pkg.runtime.RawExtension': 'raw',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON': 'raw',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrBool': 'schema-or-bool',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrArray': 'schema-or-array',
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaPropsOrStringArray': 'schema-or-strings',
};

/** The type of a field, of the items of a list or of the values of a map. */
export interface ValueType {
  readonly kind: Scalar | Opaque | 'struct' | 'list' | 'map';
  /** Go's name of the type, which decoding errors quote. */
  readonly go: string;
  readonly pointer: boolean;
  /** Items of a list, values of a map. */
  readonly of?: ValueType;
  /** Name of a struct or opaque type. */
  readonly model?: string;
  /** Of a struct: looked up on first use, because types refer to themselves. */
  readonly struct?: TypeDescription;
  /** Another type of the same table, in the spelling of kinds.gen.json. */
  sibling?(spelling: string): ValueType;
  /** Of a list of a custom resource, wherever it stands: how server-side apply takes it apart. */
  readonly list?: ListMerge;
  /** Whether server-side apply takes it as a whole. */
  readonly isAtomic?: boolean;
}

/** How server-side apply takes a list apart. */
export interface ListMerge {
  readonly merge: 'atomic' | 'set' | 'map';
  readonly keys: readonly string[];
}

export interface FieldDescription {
  readonly name: string;
  readonly type: ValueType;
  /** Not printed when empty: false, 0, '', no items, no pointer. */
  readonly omitEmpty: boolean;
  /** Not printed when all of it is zero. */
  readonly omitZero: boolean;
  readonly required: boolean;
  /** A default other than the zero value of the type. */
  readonly default?: unknown;
  /** Allowed values of a string, or of the strings in a list. */
  readonly enum?: readonly string[];
  readonly list?: ListMerge;
  /** Strategic merge patch. */
  readonly patch?: {
    readonly merge: boolean;
    readonly replace: boolean;
    readonly retainKeys: boolean;
    readonly key?: string;
  };
  /** The row this came from: what only OpenAPI and protobuf need. */
  readonly row: FieldRow;
}

export interface TypeDescription {
  readonly name: string;
  /** The last part of the name, which Go uses in errors: `PodSpec`. */
  readonly goName: string;
  readonly fields: readonly FieldDescription[];
  readonly byName: ReadonlyMap<string, FieldDescription>;
  readonly row: TypeRow;
  /** Whether there may be fields besides, which nothing describes. */
  readonly keepsOthers?: boolean;
  /** Of the kind of a custom resource: reads its objects. */
  readonly custom?: CustomReader;
}

/** How objects of a custom resource are read; `server/schema/custom` compiles one of a schema. */
export interface CustomReader {
  /** Drops what the schema does not describe. The object's own metadata is left as it is. */
  prune(object: Readonly<Record<string, unknown>>): {
    readonly value: Record<string, unknown>;
    readonly unknownFields: readonly string[];
  };
  /** Fills in defaults; the same object when there is nothing to fill in. */
  applyDefaults<T extends Readonly<Record<string, unknown>>>(object: T): T;
}

export interface SubresourceInfo {
  readonly name: string;
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly verbs: readonly string[];
  /** What only OpenAPI needs of it. */
  readonly row: SubresourceRow;
}

/** A resource as one version serves it. */
export interface ResourceInfo {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  /** Where it is not the kind and `List`. */
  readonly listKind?: string;
  /** Whether a definition declares it. */
  readonly isCustom?: boolean;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly storageVersionHash?: string;
  /** DELETE answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  readonly type: TypeDescription;
  readonly subresources: ReadonlyMap<string, SubresourceInfo>;
  readonly columns: readonly ColumnRow[];
  /** Of a version older than the newest: the names of the columns that the newest one has, in its order. */
  readonly newestColumns?: readonly string[];
}

export interface GroupInfo {
  readonly group: string;
  /** The preferred version first. */
  readonly versions: readonly { readonly version: string; readonly resources: readonly ResourceInfo[] }[];
}

class LazyValueType implements ValueType {
  readonly kind: ValueType['kind'];
  readonly go: string;
  readonly pointer: boolean;
  readonly of?: ValueType;
  readonly model?: string;
  readonly #table: TypeTable;

  constructor(table: TypeTable, spelling: string, go?: string) {
    this.#table = table;
    this.pointer = spelling.startsWith('*');
    const rest = this.pointer ? spelling.slice(1) : spelling;
    if (rest.startsWith('[]') || rest.startsWith('{}')) {
      this.kind = rest.startsWith('[]') ? 'list' : 'map';
      this.of = new LazyValueType(table, rest.slice(2));
      const element = `${this.of.pointer ? '*' : ''}${this.of.go}`;
      this.go = go ?? (this.kind === 'list' ? `[]${element}` : `map[string]${element}`);
    } else if (rest.startsWith('@')) {
      this.model = rest.slice(1);
      this.kind = OPAQUE[this.model] ?? 'struct';
      this.go = go ?? this.model.split('.').slice(-2).join('.');
    } else {
      this.kind = rest as Scalar;
      this.go = go ?? GO_SCALARS[this.kind as Scalar];
    }
  }

  get struct(): TypeDescription {
    return this.#table.type(this.model ?? '');
  }

  sibling(spelling: string): ValueType {
    return new LazyValueType(this.#table, spelling);
  }
}

const GO_SCALARS: Readonly<Record<Scalar, string>> = {
  string: 'string',
  boolean: 'bool',
  int32: 'int32',
  int64: 'int64',
  double: 'float64',
  bytes: '[]uint8',
};

/** OpenAPI gives every field that Go always prints a default; only the others are defaults in the usual sense. */
function isZero(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return !value;
}

/** All types and resources of one Kubernetes version. */
export class TypeTable {
  readonly gitVersion: string;
  readonly groups: readonly GroupInfo[];
  readonly #file: KindsFile;
  readonly #newest: TypeTable | undefined;
  readonly #types = new Map<string, TypeDescription>();

  /** @param newest of the version whose behaviour is written in TypeScript, unless this is it */
  constructor(file: KindsFile, newest?: TypeTable) {
    this.#file = file;
    this.#newest = newest;
    this.gitVersion = file.gitVersion;
    this.groups = file.groups.map(({ group, versions }) => ({
      group,
      versions: versions.map(({ version, resources }) => ({
        version,
        resources: resources.map((row) => this.#resource(group, version, row)),
      })),
    }));
  }

  /** The same types, of which none is a resource: for servers that have kinds of their own only. */
  withoutResources(): TypeTable {
    return new TypeTable({ ...this.#file, groups: [] }, this.#newest);
  }

  /** Whether it is of an older version than {@link builtInTypes}. */
  get isOlder(): boolean {
    return this.#newest !== undefined;
  }

  /** The minor version: 37 for v1.37.2. */
  get minor(): number {
    return Number(this.gitVersion.split('.')[1]);
  }

  /** How documents of OpenAPI name the version: without the patch, since they know of emulation. */
  get documentVersion(): string {
    return this.#file.patchVersion === 1 ? this.gitVersion : this.gitVersion.slice(1).split('.').slice(0, 2).join('.');
  }

  /** Whether OpenAPI v3 gives the items of lists and maps their defaults. */
  get hasItemDefaults(): boolean {
    return this.#file.itemDefaults === 1;
  }

  /** Whether each document of OpenAPI v3 names the kinds of all groups where a type stands for many. */
  get namesAllKinds(): boolean {
    return this.#file.allKinds === 1;
  }

  /** Whether a resource (`networking.k8s.io/v1/servicecidrs`) is one of the newest version only. */
  lacks(resource: string): boolean {
    const newest = this.#newest;
    if (!newest) return false;
    return newest.#serves(resource) && !this.#serves(resource);
  }

  #serves(resource: string): boolean {
    const parts = resource.split('/');
    const [name, version, group = ''] = parts.reverse();
    const versions = this.#file.groups.find((candidate) => candidate.group === group)?.versions;
    const served = versions?.find((candidate) => candidate.version === version);
    return served?.resources.some((row) => row.name === name) ?? false;
  }

  /** What is in this table, which the caller makes another of. */
  get file(): KindsFile {
    return this.#file;
  }

  /** @throws Error when there is no such type: names come from the table itself. */
  type(name: string): TypeDescription {
    let type = this.#types.get(name);
    if (!type) {
      const row = this.#file.types[name];
      if (!row) throw new Error(`kinds.gen.json has no type ${name}`);
      const fields = row.f.map((field) => this.#field(field));
      const byName = new Map(fields.map((field) => [field.name, field]));
      type = { name, goName: name.slice(name.lastIndexOf('.') + 1), fields, byName, row };
      this.#types.set(name, type);
    }
    return type;
  }

  /** The row of a type as the file has it; opaque types have none. */
  row(name: string): TypeRow | undefined {
    return this.#file.types[name];
  }

  /** What ends the name of a parameter that OpenAPI v2 shares, see type-table-format.ts. */
  sharedParameter(key: string): string | undefined {
    return this.#file.parameters[key];
  }

  /** The name of the type of a kind. */
  typeName(group: string, version: string, kind: string): string | undefined {
    return this.#file.kinds[`${group}/${version}/${kind}`];
  }

  /** The type of a kind that may be no resource of its own, such as `DeleteOptions` or `Scale`. */
  typeOfKind(group: string, version: string, kind: string): TypeDescription | undefined {
    const name = this.typeName(group, version, kind);
    return name === undefined ? undefined : this.type(name);
  }

  #field(row: FieldRow): FieldDescription {
    const [merge, ...keys] = row.l ?? [];
    const strategies = row.s?.split(',') ?? [];
    return {
      name: row.n,
      type: new LazyValueType(this, row.t, row.g),
      omitEmpty: row.o === 1 || row.o === 3,
      omitZero: row.o === 2 || row.o === 3,
      required: row.r === 1,
      ...(row.d !== undefined && !isZero(row.d) && { default: row.d }),
      ...(row.e && { enum: row.e }),
      ...(merge && { list: { merge: merge as 'atomic' | 'set' | 'map', keys } }),
      ...(strategies.length > 0 && {
        patch: {
          merge: strategies.includes('merge'),
          replace: strategies.includes('replace'),
          retainKeys: strategies.includes('retainKeys'),
          ...(row.k !== undefined && { key: row.k }),
        },
      }),
      row,
    };
  }

  #resource(group: string, version: string, row: ResourceRow): ResourceInfo {
    const lazyType = (): TypeDescription => this.type(row.type);
    return {
      group,
      version,
      resource: row.name,
      singular: row.singular,
      kind: row.kind,
      namespaced: row.namespaced,
      verbs: row.verbs,
      shortNames: row.short ?? [],
      categories: row.categories ?? [],
      ...(row.hash !== undefined && { storageVersionHash: row.hash }),
      returnsDeleted: row.returns === 1,
      get type() {
        return lazyType();
      },
      subresources: new Map((row.subresources ?? []).map((sub) => [sub.name, subresource(sub)])),
      columns: row.columns ?? [],
      ...(this.#newest && { newestColumns: this.#newest.#columnNames(group, row.name) ?? namesOf(row) }),
    };
  }

  /** Of a resource, whichever version of its group serves it. */
  #columnNames(group: string, resource: string): string[] | undefined {
    const versions = this.#file.groups.find((candidate) => candidate.group === group)?.versions ?? [];
    const row = versions.flatMap(({ resources }) => resources).find(({ name }) => name === resource);
    return row && namesOf(row);
  }
}

const namesOf = ({ columns = [] }: ResourceRow): string[] => columns.map(([name]) => name);

function subresource(row: SubresourceRow): SubresourceInfo {
  const [group = '', version = '', kind = ''] = row.kind.split('/');
  return { name: row.name, group, version, kind, verbs: row.verbs, row };
}

let builtIn: TypeTable | undefined;

/** The table of the built-in kinds of the newest version, shared by every cluster of the process. */
export function builtInTypes(): TypeTable {
  builtIn ??= new TypeTable(
    JSON.parse(readFileSync(new URL('./kinds.gen.json', import.meta.url), 'utf8')) as KindsFile,
  );
  return builtIn;
}
