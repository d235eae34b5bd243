import { RecentWeakMap } from './recent-weak-map.ts';

/** About as many as there are objects with parts of their own in a middling cluster. */
const TEXTS_MAX = 8192;

/** What is known of the text of a value: all of it, or that its parts are known. */
type Known = string | { readonly text: string } | typeof BY_PARTS;
const BY_PARTS = Symbol('by parts');

/**
 * JSON texts of frozen values that many objects have in common: the spec of pods of one template, the fields that one
 * manager set on each of them. Whoever encodes an object writes such a part as the text that is known already.
 */
const texts = new RecentWeakMap<object, Known>(TEXTS_MAX);

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
  if (known === BY_PARTS) return textOfParts(value as object);
  return typeof known === 'object' ? known.text : known;
}

/** How far below a value texts of its parts are known: to the ports of a container, one of a list in a spec. */
const DEPTH_MAX = 3;

/** Written each time it is asked for: to keep the whole text beside those of the parts would be to keep all twice. */
function textOfParts(value: object, depth = 1): string {
  const textOf = (part: unknown): string | undefined => {
    if (typeof part !== 'object' || part === null) return JSON.stringify(part);
    return rememberedText(part) ?? (depth < DEPTH_MAX ? textOfParts(part, depth + 1) : JSON.stringify(part));
  };
  if (!Array.isArray(value)) return objectText(value, (_key, part) => textOf(part));
  return `[${value.map((part) => textOf(part) ?? 'null').join(',')}]`;
}

/** Most names are those of fields, of which there are some hundred; of keys of maps there is no end. */
const QUOTED_NAMES_MAX = 1024;
const quotedNames = new Map<string, string>();

function quotedName(name: string): string {
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
    const quoted = quotedNames.get(key) ?? quotedName(key);
    text += text === '' ? quoted + inner : `,${quoted}${inner}`;
  }
  return `{${text}}`;
}

/** Larger parts are kept with their objects only. */
const CHARACTERS_MAX = 16 * 1024;

/**
 * Remembers the texts of the parts that a new version of a value shares with the one before: who changed one of them
 * will do so again, and leave the same ones alone. The new version is going to be frozen before it is encoded.
 */
export function rememberShared(next: object, old: object): void {
  if (next === old) return;
  // What two versions before have in common is known.
  if (texts.get(old) !== BY_PARTS) rememberParts(next, old, 1);
  texts.set(next, BY_PARTS);
}

function rememberParts(next: object, old: object, depth: number): void {
  if (depth > DEPTH_MAX || Array.isArray(next) !== Array.isArray(old)) return;
  const before = old as Readonly<Record<string, unknown>>;
  const parts = next as Readonly<Record<string, unknown>>;
  for (const name in parts) {
    const part = parts[name];
    if (typeof part !== 'object' || part === null || !Object.hasOwn(before, name)) continue;
    const known = before[name];
    if (part === known) rememberOnce(part);
    else if (typeof known === 'object' && known !== null) rememberParts(part, known, depth + 1);
  }
}

/** Remembers the text of a value that is frozen and not too long, unless it is known. */
export function rememberOnce(part: object): void {
  if (texts.get(part) !== undefined) return;
  const text = JSON.stringify(part);
  if (text.length <= CHARACTERS_MAX) texts.set(part, text);
}
