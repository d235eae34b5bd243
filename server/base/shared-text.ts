import { RecentWeakMap } from './recent-weak-map.ts';

/** About as many as there are objects with parts of their own in a middling cluster. */
const TEXTS_MAX = 8192;

/**
 * JSON texts of frozen values that many objects have in common: the spec of pods of one template, the fields that one
 * manager set on each of them. Whoever encodes an object writes such a part as the text that is known already.
 */
const texts = new RecentWeakMap<object, string | { readonly text: string }>(TEXTS_MAX);

/**
 * Remembers the text of a value while the value lives and is encoded now and then. It has to be frozen all the way
 * down.
 *
 * @param text or who has it
 */
export function rememberText(value: object, text: string | { readonly text: string }): void {
  texts.set(value, text);
}

/** The text of a value, if somebody remembers it. */
export function rememberedText(value: unknown): string | undefined {
  const known = typeof value === 'object' && value !== null ? texts.get(value) : undefined;
  return typeof known === 'object' ? known.text : known;
}

/** Most names are those of fields, of which there are some hundred; of keys of maps there is no end. */
const QUOTED_NAMES_MAX = 1024;
const quotedNames = new Map<string, string>();

/** A name as it stands before its value. */
export function quotedName(name: string): string {
  const known = quotedNames.get(name);
  if (known !== undefined) return known;
  const quoted = `${JSON.stringify(name)}:`;
  if (quotedNames.size < QUOTED_NAMES_MAX) quotedNames.set(name, quoted);
  return quoted;
}

/** The JSON of an object, each of its fields written by `write`: `undefined` for those that JSON leaves out. */
export function objectText(object: object, write: (key: string, value: unknown) => string | undefined): string {
  const fields = object as Readonly<Record<string, unknown>>;
  let text = '';
  for (const key of Object.keys(fields)) {
    const inner = write(key, fields[key]);
    if (inner === undefined) continue;
    const quoted = quotedName(key);
    text += text === '' ? quoted + inner : `,${quoted}${inner}`;
  }
  return `{${text}}`;
}
