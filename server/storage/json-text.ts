import type { Frozen } from '../base/freeze.ts';
import { rememberedText } from '../base/shared-text.ts';
import type { KubeObject } from '../kube/object.ts';

type Write = (value: unknown) => string | undefined;

const whole: Write = (value) => rememberedText(value) ?? JSON.stringify(value);

/** The JSON of an object, each of its fields written by `write`: `undefined` for those that JSON leaves out. */
function objectText(object: object, write: (key: string, value: unknown) => string | undefined): string {
  let text = '';
  for (const [key, value] of Object.entries(object)) {
    const inner = write(key, value);
    if (inner !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${inner}`;
  }
  return `{${text}}`;
}

/** A spec of one object only has parts that others have as well. */
const specText = (spec: unknown): string | undefined => {
  if (typeof spec !== 'object' || spec === null || Array.isArray(spec)) return JSON.stringify(spec);
  return rememberedText(spec) ?? objectText(spec, (_key, value) => whole(value));
};

const entryText = (entry: object): string => objectText(entry, (_key, value) => whole(value));

function metadataText(metadata: object): string {
  return objectText(metadata, (key, value) =>
    key === 'managedFields' && Array.isArray(value)
      ? `[${(value as object[]).map(entryText).join(',')}]`
      : JSON.stringify(value),
  );
}

/**
 * JSON of an object, the same that JSON.stringify makes. Parts that many objects share, such as the fields that a
 * controller set on each of its pods, are written as the text that is remembered of them.
 */
export function jsonText(object: Frozen<KubeObject>): string {
  if (object.metadata?.managedFields === undefined) return JSON.stringify(object);
  return objectText(object, (key, value) => {
    if (key === 'metadata') return metadataText(value as object);
    return key === 'spec' ? specText(value) : whole(value);
  });
}
