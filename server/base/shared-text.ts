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
