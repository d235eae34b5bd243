/** Texts of fields and columns, made at build time out of a dependency; read when first asked for. */
import { existsSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { getOwn } from '../base/freeze.ts';

/** Type name → field name → text; the text of the type itself is under ''. */
type Texts = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** OpenAPI ends the text of a field that has allowed values with a list of them. */
const ALLOWED_VALUES = '\n\nPossible enum values:';

let texts: Texts | undefined;

function load(): Texts {
  const file = new URL('./docs.gen.json.gz', import.meta.url);
  return existsSync(file) ? (JSON.parse(gunzipSync(readFileSync(file)).toString()) as Texts) : {};
}

/** The text of a field, or of the type when `field` is ''; '' when there is none. */
export function fieldText(type: string, field: string): string {
  texts ??= load();
  return getOwn(getOwn(texts, type), field) ?? '';
}

/** A column's description: its own, or that of the field it points at (`@type#field`), without the allowed values. */
export function columnDescription(description: string): string {
  if (!description.startsWith('@')) return description;
  const [type = '', field = ''] = description.slice(1).split('#');
  return fieldText(type, field).split(ALLOWED_VALUES, 1)[0] ?? '';
}
