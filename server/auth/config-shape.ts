/** Files of the group apiserver.config.k8s.io: their form, checked strictly. */
import { type FieldProblem, notSupported, required } from '../kube/field-problem.ts';

/** What a value has to be. */
export type Shape = 'string' | 'boolean' | readonly [Shape] | Fields;

interface Fields {
  readonly [field: string]: Shape;
}

const GROUP = 'apiserver.config.k8s.io';
/** They have the same fields. */
const VERSIONS = [`${GROUP}/v1`, `${GROUP}/v1beta1`, `${GROUP}/v1alpha1`];

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
): T | undefined {
  const shape = { apiVersion: 'string', kind: 'string', ...(fields as Fields) } as const;
  const decoded = decode(value, shape, '', problems) as T & { readonly apiVersion?: string; readonly kind?: string };
  if (problems.length > 0) return undefined;
  if (decoded.apiVersion === undefined) problems.push(required('apiVersion'));
  else if (!VERSIONS.includes(decoded.apiVersion))
    problems.push(notSupported('apiVersion', decoded.apiVersion, VERSIONS));
  if (decoded.kind === undefined) problems.push(required('kind'));
  else if (decoded.kind !== kind) problems.push(notSupported('kind', decoded.kind, [kind]));
  return problems.length > 0 ? undefined : decoded;
}

/** Keeps what has the right form and is not null; everything else is a problem. */
function decode(value: unknown, shape: Shape, path: string, problems: FieldProblem[]): unknown {
  const misfit = (wanted: string): undefined => {
    problems.push({ field: path, reason: 'FieldValueTypeInvalid', message: `it has to be ${wanted}` });
    return undefined;
  };
  if (shape === 'string') return typeof value === 'string' ? value : misfit('a string');
  if (shape === 'boolean') return typeof value === 'boolean' ? value : misfit('true or false');
  if (isList(shape)) {
    if (!Array.isArray(value)) return misfit('a list');
    return value.map((item: unknown, index) => decode(item, shape[0], `${path}[${index}]`, problems));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return misfit('a mapping');
  const object: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(value)) {
    const field = path === '' ? name : `${path}.${name}`;
    const known = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (known === undefined) problems.push({ field, reason: 'FieldValueForbidden', message: 'unknown field' });
    else if (inner !== null) object[name] = decode(inner, known, field, problems);
  }
  return object;
}

const isList = (shape: Shape): shape is readonly [Shape] => Array.isArray(shape);
