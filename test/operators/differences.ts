/** How one value differs from another, by path: what stands there now, or that nothing does. */
const isBag = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null;

export function differences(from: unknown, to: unknown, path = ''): Record<string, unknown> {
  if (!isBag(from) || !isBag(to) || Array.isArray(from) !== Array.isArray(to))
    return JSON.stringify(from) === JSON.stringify(to) ? {} : { [path]: to === undefined ? 'removed' : { now: to } };
  const found: Record<string, unknown> = {};
  for (const name of new Set([...Object.keys(from), ...Object.keys(to)]))
    Object.assign(found, differences(from[name], to[name], path === '' ? name : `${path}.${name}`));
  return found;
}
