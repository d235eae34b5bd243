/** Parameters of operations: fields of ListOptions, PodLogOptions and the like, and the few that belong to no type. */
import type { TypeRow } from '../type-table-format.ts';
import { parameterText } from './parameter-texts.ts';

export interface Parameter {
  readonly name: string;
  readonly in: 'query' | 'path';
  readonly type: 'string' | 'boolean' | 'integer';
  readonly description: string;
  readonly required: boolean;
  /** The name under which OpenAPI v2 shares it between operations. */
  readonly shared?: string;
}

/** What the parameters are made of: a part of the type table. */
export interface ParameterSource {
  row(type: string): TypeRow | undefined;
  sharedParameter(key: string): string | undefined;
}

const TYPES: Readonly<Record<string, Parameter['type']>> = {
  string: 'string',
  '[]string': 'string',
  boolean: 'boolean',
  int32: 'integer',
  int64: 'integer',
  '[]int32': 'integer',
};

/** Makes each parameter once. */
export class Parameters {
  readonly #source: ParameterSource;
  readonly #ofTypes = new Map<string, readonly Parameter[]>();

  constructor(source: ParameterSource) {
    this.#source = source;
  }

  get pretty(): Parameter {
    return this.#make('query', 'pretty', 'string', 'pretty');
  }

  get namespace(): Parameter {
    return this.#make('path', 'namespace', 'string', 'namespace');
  }

  /** What a proxy hands on. */
  get subpath(): Parameter {
    return this.#make('path', 'path', 'string', 'path');
  }

  /** Never shared, because its text names the kind. */
  name(kind: string): Parameter {
    return { name: 'name', in: 'path', type: 'string', description: `name of the ${kind}`, required: true };
  }

  /** Fields that fit into a query: neither structs nor maps, and no times (upstream leaves them out too). */
  ofType(type: string): readonly Parameter[] {
    let parameters = this.#ofTypes.get(type);
    if (!parameters) {
      parameters = (this.#source.row(type)?.f ?? []).flatMap(({ n: name, t: spelling }) => {
        const kind = TYPES[spelling.replace(/^\*/, '')];
        const isQuery = kind !== undefined && name !== 'kind' && name !== 'apiVersion';
        return isQuery ? [this.#make('query', name, kind, `${type}#${name}`)] : [];
      });
      this.#ofTypes.set(type, parameters);
    }
    return parameters;
  }

  #make(place: Parameter['in'], name: string, type: Parameter['type'], key: string): Parameter {
    const description = parameterText(name);
    const hash = this.#source.sharedParameter(key);
    return {
      name,
      in: place,
      type,
      description,
      required: place === 'path',
      ...(hash && { shared: `${name}-${hash}` }),
    };
  }
}
