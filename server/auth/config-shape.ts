/** Configuration files in upstream's formats, such as those of the group apiserver.config.k8s.io: their form. */
import { setOwn } from '../base/freeze.ts';
import { type FieldProblem, notSupported, required } from '../kube/field-problem.ts';

/** What a value has to be. */
export type Shape = 'string' | 'boolean' | 'integer' | 'anything' | MapShape | readonly [Shape] | Fields;

/** A mapping whose keys are not fields. */
export class MapShape {
  readonly of: Shape;

  constructor(of: Shape) {
    this.of = of;
  }
}

interface Fields {
  readonly [field: string]: Shape;
}

const GROUP = 'apiserver.config.k8s.io';
/** They have the same fields. */
const VERSIONS = [`${GROUP}/v1`, `${GROUP}/v1beta1`, `${GROUP}/v1alpha1`];

/** How a file is read. */
export interface ReadingOptions {
  /** `apiVersion`s that have the same fields. */
  readonly versions?: readonly string[];
  /** Whether unknown fields are passed over, as upstream does with some files. */
  readonly isLenient?: boolean;
}

/**
 * What a file of a kind says; undefined when its form is wrong, with the problems added.
 *
 * @param fields besides `apiVersion` and `kind`
 */
export function decodeConfig<T extends object>(
  value: unknown,
  kind: string,
  fields: Shape,
  problems: FieldProblem[],
  { versions = VERSIONS, isLenient = false }: ReadingOptions = {},
): T | undefined {
  const shape = { apiVersion: 'string', kind: 'string', ...(fields as Fields) } as const;
  const decoded = decode(value, shape, { path: '', problems, isLenient }) as T & {
    readonly apiVersion?: string;
    readonly kind?: string;
  };
  if (problems.length > 0) return undefined;
  if (decoded.apiVersion === undefined) problems.push(required('apiVersion'));
  else if (!versions.includes(decoded.apiVersion))
    problems.push(notSupported('apiVersion', decoded.apiVersion, versions));
  if (decoded.kind === undefined) problems.push(required('kind'));
  else if (decoded.kind !== kind) problems.push(notSupported('kind', decoded.kind, [kind]));
  return problems.length > 0 ? undefined : decoded;
}

/** What a file without version says; undefined when its form is wrong, with the problems added. */
export function decodePlain<T extends object>(value: unknown, fields: Shape, problems: FieldProblem[]): T | undefined {
  const decoded = decode(value, fields, { path: '', problems, isLenient: true });
  return problems.length > 0 ? undefined : (decoded as T);
}

interface Place {
  readonly path: string;
  readonly problems: FieldProblem[];
  readonly isLenient: boolean;
}

/** Keeps what has the right form and is not null; everything else is a problem. */
function decode(value: unknown, shape: Shape, at: Place): unknown {
  const { path, problems, isLenient } = at;
  const misfit = (wanted: string): undefined => {
    problems.push({ field: path, reason: 'FieldValueTypeInvalid', message: `it has to be ${wanted}` });
    return undefined;
  };
  if (shape === 'string') return typeof value === 'string' ? value : misfit('a string');
  if (shape === 'boolean') return typeof value === 'boolean' ? value : misfit('true or false');
  if (shape === 'integer') return Number.isInteger(value) ? value : misfit('a whole number');
  if (shape === 'anything') return value;
  if (isList(shape)) {
    if (!Array.isArray(value)) return misfit('a list');
    return value.map((item: unknown, index) => decode(item, shape[0], { ...at, path: `${path}[${index}]` }));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return misfit('a mapping');
  const object: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value as object)) {
    const field = path === '' ? name : `${path}.${name}`;
    const known = shape instanceof MapShape ? shape.of : Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (known === undefined && isLenient) continue;
    if (known === undefined) problems.push({ field, reason: 'FieldValueForbidden', message: 'unknown field' });
    else if (inner !== null) setOwn(object, name, decode(inner, known, { ...at, path: field }));
  }
  return object;
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
