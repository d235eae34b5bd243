/** JSON as samples and bodies have it. */
export type Fields = { readonly [name: string]: unknown };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A value after a JSON merge patch; `null` removes. */
export function mergePatched(value: Fields, patch: Fields): Fields {
  const merged: Record<string, unknown> = { ...value };
  for (const [name, change] of Object.entries(patch)) {
    const before = merged[name];
    if (change === null) delete merged[name];
    else merged[name] = isFields(change) ? mergePatched(isFields(before) ? before : {}, change) : change;
  }
  return merged;
}
