import { createHash } from 'node:crypto';

export function sha256(bytes: string | Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** JSON with sorted keys and without texts: what two servers must agree on, however they word it. */
function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key, inner]) => key !== 'description' || typeof inner !== 'string');
  const sorted = kept.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(sorted.map(([key, inner]: [string, unknown]) => [key, withoutTexts(inner)]));
}

/** SHA-256 of the structure of an OpenAPI document. */
export function structureHash(document: Buffer): string {
  return sha256(JSON.stringify(withoutTexts(JSON.parse(document.toString()))));
}
