import type { Frozen } from '../base/freeze.ts';
import { objectText, rememberedText } from '../base/shared-text.ts';
import type { KubeObject } from '../kube/object.ts';

/** JSON of a field; `undefined` for what JSON leaves out. */
export type PartText = (name: string | number, value: unknown) => string | undefined;

/** JSON of any part, as it is remembered where others have it as well. */
export const wholePart: PartText = (_name, value) => rememberedText(value) ?? JSON.stringify(value);

/** A spec of one object only has parts that others have as well. */
const specText = (spec: unknown): string | undefined => {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return JSON.stringify(spec);
  return rememberedText(spec) ?? objectText(spec, wholePart);
};

/** Whether a value has parts: a map, or a list. */
export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

const managersText = (entries: readonly unknown[]): string =>
  `[${entries.map((entry) => (isObject(entry) ? objectText(entry, wholePart) : JSON.stringify(entry))).join(',')}]`;

/** Managers come last in what is stored: all that is before them is written at once. */
function metadataText(metadata: Frozen<KubeObject>['metadata']): string {
  const { managedFields, ...rest } = metadata;
  if (!Array.isArray(managedFields) || Object.keys(metadata).at(-1) !== 'managedFields')
    return JSON.stringify(metadata);
  const text = JSON.stringify(rest);
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"managedFields":${managersText(managedFields)}}`;
}

/** JSON of a field of metadata. */
export const partOfMetadata: PartText = (name, value) =>
  name === 'managedFields' && Array.isArray(value) ? managersText(value) : JSON.stringify(value);

/** JSON of a field of an object. */
export const partOfObject: PartText = (name, value) => {
  if (name === 'metadata' && isObject(value)) return metadataText(value as Frozen<KubeObject>['metadata']);
  return name === 'spec' ? specText(value) : wholePart(name, value);
};

/**
 * JSON of an object, the same that JSON.stringify makes. Parts that many objects share, such as the fields that a
 * controller set on each of its pods, are written as the text that is remembered of them.
 */
export function jsonText(object: Frozen<KubeObject>): string {
  return object.metadata?.managedFields === undefined ? JSON.stringify(object) : objectText(object, partOfObject);
}
