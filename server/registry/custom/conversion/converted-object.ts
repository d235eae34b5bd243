/** What a conversion may change of an object: everything but who it is (validateConvertedObject, restoreObjectMeta). */
import { type Frozen, getOwn, setOwn, thaw } from '../../../base/freeze.ts';
import type { FieldProblem } from '../../../kube/field-problem.ts';
import { type KubeObject, parseApiVersion } from '../../../kube/object.ts';
import { goJsonKind } from '../../../kube/review-answer.ts';
import { annotationProblems, labelProblems } from '../../object-meta.ts';

type Fields = Readonly<Record<string, unknown>>;

/** `example.com/v1, Kind=Gizmo`. */
export function kindText({ apiVersion, kind }: Frozen<KubeObject>): string {
  return `${groupVersion(apiVersion)}, Kind=${kind ?? ''}`;
}

function groupVersion(apiVersion: unknown): string {
  const { group = '', version = '' } = parseApiVersion(typeof apiVersion === 'string' ? apiVersion : '') ?? {};
  return group === '' ? version : `${group}/${version}`;
}

/**
 * A converted object as it is taken over, with the metadata of the original but for labels and annotations.
 *
 * @param value what the webhook made of `original`
 * @throws Error whose message is upstream's
 */
export function acceptedObject(original: Frozen<KubeObject>, value: unknown, apiVersion: string): KubeObject {
  const about = `conversion webhook for ${kindText(original)} returned invalid`;
  const converted = objectOf(value);
  const misplaced = (what: string, expected: string, received: string): Error =>
    new Error(`${about} object at index 0: invalid ${what} (expected ${expected}, received ${received})`);
  const received = groupVersion(converted.apiVersion);
  if (received !== apiVersion) throw misplaced('groupVersion', apiVersion, received);
  const { kind = '' } = original;
  if (converted.kind !== kind) throw misplaced('kind', kind, String(converted.kind));
  checkIdentity(original, converted, about);
  try {
    return { ...converted, metadata: restoredMetadata(original, converted) } as unknown as KubeObject;
  } catch (error) {
    throw new Error(`${about} metadata: ${(error as Error).message}`);
  }
}

/** An object of any kind, as Unstructured.UnmarshalJSON wants it. @throws Error */
function objectOf(value: unknown): Fields {
  if (value === null || value === undefined) throw new Error('unexpected end of JSON input');
  if (typeof value !== 'object' || Array.isArray(value))
    throw new Error(`json: cannot unmarshal ${goJsonKind(value)} into Go value of type map[string]interface {}`);
  const { kind } = value as Fields;
  if (typeof kind !== 'string' || kind === '')
    throw new Error(`Object 'Kind' is missing in '${JSON.stringify(value)}'`);
  return value as Fields;
}

const IDENTITY = [
  ['name', 'name'],
  ['namespace', 'namespace'],
  ['uid', 'UID'],
] as const;

function checkIdentity(original: Frozen<KubeObject>, converted: Fields, about: string): void {
  const metadata = (isMap(converted.metadata) ? converted.metadata : {}) as Fields;
  for (const [field, shown] of IDENTITY) {
    const before = original.metadata?.[field] ?? '';
    const after = typeof metadata[field] === 'string' ? metadata[field] : '';
    if (before !== after) throw new Error(`${about} object: must have the same ${shown}: ${before} != ${after}`);
  }
}

function restoredMetadata(original: Frozen<KubeObject>, converted: Fields): Fields {
  if (!Object.hasOwn(converted, 'metadata')) throw new Error('missing metadata in converted object');
  const given = converted.metadata;
  if (!isMap(given)) throw new Error(`invalid metadata of type ${goType(given)} in converted object`);
  const metadata = thaw((original.metadata ?? {}) as Frozen<object>) as Record<string, unknown>;
  for (const field of ['labels', 'annotations'] as const) {
    const value = (given as Fields)[field];
    if (value === undefined || value === null) delete metadata[field];
    else metadata[field] = checkedTexts(field, value, metadata[field] as Fields | undefined);
  }
  return metadata;
}

function checkedTexts(field: 'labels' | 'annotations', value: unknown, before: Fields = {}): Fields {
  if (!isMap(value)) throw new Error(`invalid metadata.${field} of type ${goType(value)} in converted object`);
  const texts: Record<string, string> = {};
  for (const [key, text] of Object.entries(value as Fields)) {
    if (typeof text !== 'string')
      throw new Error(`metadata.${field}[${key}] must be a string, but is ${goType(text)} in converted object`);
    setOwn(texts, key, text);
  }
  const keys = Object.keys(texts);
  const isSame =
    keys.length === Object.keys(before).length && keys.every((key) => getOwn(before, key) === getOwn(texts, key));
  if (isSame) return texts;
  const problems =
    field === 'labels'
      ? labelProblems(texts, 'metadata.labels')
      : // Upstream's path has no s.
        annotationProblems(texts, 'metadata.annotation');
  if (problems.length > 0) throw new Error(aggregate(problems));
  return texts;
}

function aggregate(problems: readonly FieldProblem[]): string {
  const texts = [...new Set(problems.map(({ field, message }) => `${field}: ${message}`))];
  return texts.length > 1 ? `[${texts.join(', ')}]` : (texts[0] ?? '');
}

const isMap = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/** How Go prints the type of a decoded JSON value. */
function goType(value: unknown): string {
  if (value === null) return '<nil>';
  if (Array.isArray(value)) return '[]interface {}';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'object' ? 'map[string]interface {}' : typeof value === 'boolean' ? 'bool' : 'string';
}
