/** Go's words for a piece of JSON that does not fit where it stands. */
export function goMisfit(value: unknown, target: string): string {
  const kinds: Readonly<Record<string, string>> = { boolean: 'bool', number: 'number', string: 'string' };
  const kind = Array.isArray(value) ? 'array' : (kinds[typeof value] ?? 'object');
  return `json: cannot unmarshal ${kind} into Go ${target}`;
}
