/** OpenAPI documents of a cluster with custom resources: those of the built-in kinds, and some more. */
import { type PublishedVersion, publishedSchemas } from '../custom/openapi.ts';
import type { ResourceInfo, TypeTable } from '../type-table.ts';
import { customRoutes } from './custom-routes.ts';
import { documentV3 } from './document-v3.ts';
import { MESSAGES_V2 } from './messages-v2.ts';
import { MESSAGES_V3 } from './messages-v3.ts';
import { Parameters } from './parameters.ts';
import { Document, publicationOf } from './publication.ts';
import type { Route } from './routes.ts';
import type { OpenApiVersion, Schema, SchemaSource } from './schemas.ts';

/** A version of a custom resource that is published. */
export interface PublishedKind {
  readonly info: ResourceInfo;
  readonly published: PublishedVersion;
  /** Changes when what is published may have changed. */
  readonly source: object;
}

/** What apiextensions-apiserver says of itself. */
const INFO = { title: 'Kubernetes CRD Swagger', version: 'v0.1.0' };

interface Known {
  readonly sources: readonly object[];
  readonly document: Document;
}

const documentName = ({ group, version }: ResourceInfo): string => `apis/${group}/${version}`;

/** Documents by name, each made when first asked for, and again when one of its kinds has changed. */
export class CustomPublication {
  readonly #table: TypeTable;
  readonly #parameters: Parameters;
  readonly #known = new Map<string, Known>();
  #kinds = new Map<string, PublishedKind[]>();
  #swagger: Document | undefined;

  constructor(table: TypeTable) {
    this.#table = table;
    this.#parameters = new Parameters(table);
  }

  /** Takes over what is served now. */
  publish(kinds: readonly PublishedKind[]): void {
    this.#kinds = new Map();
    for (const kind of kinds) {
      const name = documentName(kind.info);
      this.#kinds.set(name, [...(this.#kinds.get(name) ?? []), kind]);
    }
    for (const name of this.#known.keys()) if (!this.#kinds.has(name)) this.#known.delete(name);
    this.#swagger = undefined;
  }

  /** Names of the documents of v3. */
  get names(): readonly string[] {
    const builtIn = publicationOf(this.#table).names;
    if (this.#kinds.size === 0) return builtIn;
    return [...new Set([...builtIn, ...this.#kinds.keys()])].sort();
  }

  has(name: string): boolean {
    return this.#kinds.has(name) || publicationOf(this.#table).has(name);
  }

  /** The hash of a document: clients ask for those of all of them, and then for one or two. */
  hashOf(name: string): string | undefined {
    return publicationOf(this.#table).hashOf(name) ?? this.document(name)?.hash;
  }

  document(name: string): Document | undefined {
    const builtIn = publicationOf(this.#table).document(name);
    const kinds = this.#kinds.get(name);
    if (builtIn || !kinds) return builtIn;
    const known = this.#known.get(name);
    const sources = kinds.map(({ source }) => source);
    if (known?.sources.length === sources.length && known.sources.every((source, i) => source === sources[i]))
      return known.document;
    const routes = kinds.flatMap((kind) => this.#routes(kind));
    const json = documentV3(routes, this.#schemas(kinds, 'v3'), undefined, INFO);
    const document = new Document(json, MESSAGES_V3);
    this.#known.set(name, { sources, document });
    return document;
  }

  /** The document of v2. */
  get swagger(): Document {
    const builtIn = publicationOf(this.#table);
    if (this.#kinds.size === 0) return builtIn.swagger;
    const kinds = [...this.#kinds.values()].flat();
    this.#swagger ??= new Document(
      builtIn.swaggerWith(
        kinds.flatMap((kind) => this.#routes(kind)),
        this.#schemas(kinds, 'v2'),
      ),
      MESSAGES_V2,
    );
    return this.#swagger;
  }

  #routes({ info, published }: PublishedKind): Route[] {
    const { name } = info.type;
    const listType = `${name.slice(0, name.lastIndexOf('.'))}.${published.listKind}`;
    return customRoutes(info, listType, this.#parameters);
  }

  #schemas(kinds: readonly PublishedKind[], version: OpenApiVersion): SchemaSource {
    const builtIn = publicationOf(this.#table).schemas(version);
    const own = new Map<string, Schema>();
    for (const { info, published } of kinds) {
      const { kind, list } = publishedSchemas(published, version);
      const { name } = info.type;
      own.set(name, kind);
      own.set(`${name.slice(0, name.lastIndexOf('.'))}.${published.listKind}`, list);
    }
    return { schema: (name, groupVersion) => own.get(name) ?? builtIn.schema(name, groupVersion) };
  }
}
