/** RFC 6902, as evanphx/json-patch v4 applies it for kube-apiserver. */
import { deepEqual, setOwn, thaw } from '../../base/freeze.ts';
import { ApiError, badRequest } from '../../kube/api-error.ts';
import { LIMITS } from '../../kube/limits.ts';

interface Operation {
  op: string;
  path: string;
  from?: string;
  value?: unknown;
}

/** Every failure to apply is one and the same answer: the reason does not leave kube-apiserver. */
function rejected(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

type Container = Record<string, unknown> | unknown[];

class Pointer {
  readonly #document: { root: unknown };

  constructor(document: { root: unknown }) {
    this.#document = document;
  }

  static parse(path: string): string[] {
    if (path === '') return [];
    if (!path.startsWith('/')) throw rejected();
    return path.slice(1).split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
  }

  /** The object or list that holds the last part of a path. */
  parent(parts: readonly string[]): Container {
    let at: unknown = this.#document.root;
    for (const part of parts.slice(0, -1)) at = child(at, part);
    if (typeof at !== 'object' || at === null) throw rejected();
    return at as Container;
  }

  get(parts: readonly string[]): unknown {
    if (parts.length === 0) return this.#document.root;
    const value = child(this.parent(parts), parts.at(-1) ?? '');
    if (value === undefined) throw rejected();
    return value;
  }
}

function child(container: unknown, part: string): unknown {
  if (Array.isArray(container)) return container[index(part, container.length)];
  if (typeof container !== 'object' || container === null || !Object.hasOwn(container, part)) throw rejected();
  return (container as Record<string, unknown>)[part];
}

/** The library counts negative indices from the end. */
function index(part: string, length: number): number {
  if (!/^-?\d{1,9}$/.test(part)) throw rejected();
  const given = Number(part);
  const at = given < 0 ? given + length : given;
  if (at < 0 || at >= length) throw rejected();
  return at;
}

function add(container: Container, part: string, value: unknown): void {
  if (!Array.isArray(container)) setOwn(container, part, value);
  else if (part === '-') container.push(value);
  else container.splice(index(part, container.length + 1), 0, value);
}

function remove(container: Container, part: string): void {
  if (Array.isArray(container)) container.splice(index(part, container.length), 1);
  else if (Object.hasOwn(container, part)) delete container[part];
  else throw rejected();
}

function replace(container: Container, part: string, value: unknown): void {
  if (Array.isArray(container)) container[index(part, container.length)] = value;
  else if (Object.hasOwn(container, part)) setOwn(container, part, value);
  else throw rejected();
}

function applyOperation(document: { root: unknown }, operation: Operation): void {
  const pointer = new Pointer(document);
  const parts = Pointer.parse(operation.path);
  const last = parts.at(-1) ?? '';
  const whole = parts.length === 0;
  switch (operation.op) {
    case 'add':
    case 'replace':
      if (operation.value === undefined && operation.op === 'add') throw rejected();
      if (whole) document.root = operation.value;
      else if (operation.op === 'add') add(pointer.parent(parts), last, operation.value);
      else replace(pointer.parent(parts), last, operation.value ?? null);
      return;
    case 'remove':
      if (whole) throw rejected();
      return remove(pointer.parent(parts), last);
    case 'move':
    case 'copy': {
      const from = Pointer.parse(operation.from ?? '');
      const intoItself = operation.op === 'move' && operation.path.startsWith(`${operation.from}/`);
      if (operation.from === undefined || from.length === 0 || whole || intoItself) throw rejected();
      const value = pointer.get(from);
      if (operation.op === 'move') remove(pointer.parent(from), from.at(-1) ?? '');
      return add(pointer.parent(parts), last, operation.op === 'copy' ? thaw(value) : value);
    }
    case 'test':
      return test(pointer, parts, operation.value);
    default:
      throw rejected();
  }
}

/** A test for null succeeds where there is nothing. */
function test(pointer: Pointer, parts: readonly string[], expected: unknown): void {
  let actual: unknown;
  try {
    actual = pointer.get(parts);
  } catch (error) {
    if (expected === null || expected === undefined) return;
    throw error;
  }
  if (!deepEqual(actual, expected ?? null)) throw rejected();
}

function operationsOf(patch: unknown): Operation[] {
  if (!Array.isArray(patch)) {
    const found = patch === null ? 'null' : typeof patch === 'boolean' ? 'bool' : typeof patch;
    throw badRequest(`error decoding patch: json: cannot unmarshal ${found} into Go value of type []handlers.jsonPatchOp`);
  }
  if (patch.length > LIMITS.jsonPatchOperations) {
    const allowed = `The allowed maximum operations in a JSON patch is ${LIMITS.jsonPatchOperations}, got ${patch.length}`;
    throw new ApiError(413, 'RequestEntityTooLarge', allowed);
  }
  for (const operation of patch as unknown[]) {
    const { op, path, from } = (operation ?? {}) as Partial<Operation>;
    if (typeof op !== 'string' || typeof path !== 'string' || (from !== undefined && typeof from !== 'string')) throw rejected();
  }
  return patch as Operation[];
}

/**
 * `application/json-patch+json`.
 *
 * @throws ApiError 400 when the patch is no list, 413 when it is too long, 422 when an operation cannot be applied
 * @example
 * applyJsonPatch({ a: 1 }, [{ op: 'replace', path: '/a', value: 2 }]) // { a: 2 }
 */
export function applyJsonPatch(current: object, patch: unknown): unknown {
  const operations = operationsOf(patch);
  const document: { root: unknown } = { root: thaw(current) };
  for (const operation of operations) applyOperation(document, operation);
  return document.root;
}
