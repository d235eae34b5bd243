import type { Frozen } from '../base/freeze.ts';
import { objectText, rememberedText } from '../base/shared-text.ts';
import type { KubeObject } from '../kube/object.ts';

type Write = (value: unknown) => string | undefined;

const whole: Write = (value) => rememberedText(value) ?? JSON.stringify(value);

/** A spec of one object only has parts that others have as well. */
const specText = (spec: unknown): string | undefined => {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return JSON.stringify(spec);
  return rememberedText(spec) ?? objectText(spec, (_key, value) => whole(value));
};

const entryText = (entry: object): string => objectText(entry, (_key, value) => whole(value));

/** Managers come last in what is stored: all that is before them is written at once. */
function metadataText(metadata: Frozen<KubeObject>['metadata']): string {
  const { managedFields, ...rest } = metadata;
  if (!Array.isArray(managedFields) || Object.keys(metadata).at(-1) !== 'managedFields')
    return JSON.stringify(metadata);
  const text = JSON.stringify(rest);
  const entries = (managedFields as object[]).map(entryText).join(',');
  return `${text.slice(0, -1)}${text === '{}' ? '' : ','}"managedFields":[${entries}]}`;
}

/**
 * JSON of an object, the same that JSON.stringify makes. Parts that many objects share, such as the fields that a
 * controller set on each of its pods, are written as the text that is remembered of them.
 */
export function jsonText(object: Frozen<KubeObject>): string {
  if (object.metadata?.managedFields === undefined) return JSON.stringify(object);
  return objectText(object, (key, value) => {
    if (key === 'metadata') return metadataText(object.metadata);
    return key === 'spec' ? specText(value) : whole(value);
  });
}
