/** What the floor does with a patch, whatever its type says: the least that leaves the change in the object. */

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function merge(into: Fields, patch: Fields): void {
  for (const [key, value] of Object.entries(patch)) {
    const there = into[key];
    if (value === null) delete into[key];
    else if (isFields(value) && isFields(there)) merge(there, value);
    else into[key] = value;
  }
}

interface Operation {
  /** A JSON pointer (RFC 6901) below objects. */
  readonly path: string;
  readonly value: unknown;
}

/** Puts the value where the path ends, as the operations `add` and `replace` do with fields. */
function put(into: Fields, { path, value }: Operation): void {
  const keys = path.split('/').map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
  const last = keys.pop() ?? '';
  const parent = keys.slice(1).reduce<unknown>((at, key) => (isFields(at) ? at[key] : undefined), into);
  if (isFields(parent)) parent[last] = value;
}

/** Changes an object in place: by operations, or by the fields of a part of it, whose lists replace lists. */
export function applyPatch(object: object, patch: object | readonly object[]): void {
  if (Array.isArray(patch)) for (const operation of patch as readonly Operation[]) put(object as Fields, operation);
  else merge(object as Fields, patch as Fields);
}
