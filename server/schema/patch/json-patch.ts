/** RFC 6902, as evanphx/json-patch v4 applies it for kube-apiserver. */
import { deepEqual, getOwn, setOwn, thaw } from '../../base/freeze.ts';
import { ApiError, badRequest } from '../../kube/api-error.ts';
import { LIMITS } from '../../kube/limits.ts';

interface Operation {
  readonly op?: string | null;
  readonly path?: string | null;
  readonly from?: string | null;
  readonly value?: unknown;
}

/** Every failure to apply is one and the same answer: the reason does not leave kube-apiserver. */
function rejected(): ApiError {
  return new ApiError(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
}

type Container = Record<string, unknown> | unknown[];

/** A place in the document: the object or list that holds it, and its key there. */
class Place {
  readonly #container: Container;
  readonly #key: string;

  constructor(container: Container, key: string) {
    this.#container = container;
    this.#key = key;
  }

  /** Undefined for keys that an object does not have; a list has to have the element. */
  get(): unknown {
    if (!Array.isArray(this.#container)) return getOwn(this.#container, this.#key);
    return this.#container[index(this.#key, this.#container.length)];
  }

  add(value: unknown): void {
    if (!Array.isArray(this.#container)) setOwn(this.#container, this.#key, value);
    else if (this.#key === '-') this.#container.push(value);
    else this.#container.splice(index(this.#key, this.#container.length + 1), 0, value);
  }

  /** The library lets an object get a key in this way too. */
  replace(value: unknown): void {
    if (Array.isArray(this.#container)) this.#container[index(this.#key, this.#container.length)] = value;
    else setOwn(this.#container, this.#key, value);
  }

  remove(): void {
    if (Array.isArray(this.#container)) this.#container.splice(index(this.#key, this.#container.length), 1);
    else if (Object.hasOwn(this.#container, this.#key)) delete this.#container[this.#key];
    else throw rejected();
  }
}

/** Negative indices count from the end. */
function index(key: string, length: number): number {
  if (!/^[-+]?\d{1,9}$/.test(key)) throw rejected();
  const given = Number(key);
  const at = given < 0 ? given + length : given;
  if (at < 0 || at >= length) throw rejected();
  return at;
}

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/** A document that operations change one after the other. */
class PatchedDocument {
  root: unknown;
  #copiedBytes = 0;

  constructor(root: unknown) {
    this.root = root;
  }

  apply({ op, path, from, value }: Operation): void {
    if (op === 'add') this.#find(path).add(value ?? null);
    else if (op === 'replace' && path === '') this.#replaceAll(value);
    else if (op === 'replace') this.#find(path).replace(value ?? null);
    else if (op === 'remove') this.#find(path).remove();
    else if (op === 'move') this.#move(this.#find(from), path);
    else if (op === 'copy') this.#find(path).add(this.#copyOf(this.#find(from).get() ?? null));
    else if (op === 'test') this.#test(path, value);
    else throw rejected();
  }

  #move(source: Place, path: string | null | undefined): void {
    const moved = source.get();
    source.remove();
    this.#find(path).add(moved);
  }

  /** Whatever stands before the first slash does not count. */
  #find(path: string | null | undefined): Place {
    const [, ...parts] = (path ?? '').split('/').map(unescaped);
    const key = parts.pop();
    let at: unknown = this.root;
    for (const part of parts) at = isContainer(at) ? new Place(at, part).get() : undefined;
    if (key === undefined || !isContainer(at)) throw rejected();
    return new Place(at, key);
  }

  #replaceAll(value: unknown): void {
    if (!isContainer(value)) throw rejected();
    this.root = value;
  }

  /** Copies of copies grow without end; together they may be as large as a body. */
  #copyOf(value: unknown): unknown {
    this.#copiedBytes += Buffer.byteLength(JSON.stringify(value));
    if (this.#copiedBytes > LIMITS.bodyBytes) throw rejected();
    return thaw(value);
  }

  /** A test for null succeeds where an object does not have the key. */
  #test(path: string | null | undefined, expected: unknown): void {
    const actual = path === '' ? this.root : this.#find(path).get();
    const matches = actual === undefined ? (expected ?? null) === null : deepEqual(actual, expected);
    if (!matches) throw rejected();
  }
}

function isContainer(value: unknown): value is Container {
  return typeof value === 'object' && value !== null;
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function operationsOf(patch: unknown): readonly Operation[] {
  const undecodable = (text: string): ApiError => badRequest(`error decoding patch: json: cannot unmarshal ${text}`);
  if (patch === null) return [];
  if (!Array.isArray(patch)) throw undecodable(`${jsonKind(patch)} into Go value of type []handlers.jsonPatchOp`);
  if (patch.length > LIMITS.jsonPatchOperations) {
    const most = LIMITS.jsonPatchOperations;
    const message = `The allowed maximum operations in a JSON patch is ${most}, got ${patch.length}`;
    throw new ApiError(413, 'RequestEntityTooLarge', `Request entity too large: ${message}`);
  }
  return patch.map((operation: unknown) => {
    if (operation === null) return {};
    if (typeof operation !== 'object' || Array.isArray(operation)) {
      throw undecodable(`${jsonKind(operation)} into Go value of type handlers.jsonPatchOp`);
    }
    for (const field of ['op', 'path', 'from'] as const) {
      const value = (operation as Operation)[field] ?? '';
      if (typeof value === 'string') continue;
      throw undecodable(`${jsonKind(value)} into Go struct field jsonPatchOp.${field} of type string`);
    }
    return operation;
  });
}

/**
 * `application/json-patch+json`.
 *
 * @throws ApiError 400 when the patch is no list of operations, 413 when it is too long, 422 when one cannot be applied
 * @example
 * applyJsonPatch({ a: 1 }, [{ op: 'replace', path: '/a', value: 2 }]) // { a: 2 }
 */
export function applyJsonPatch(current: object, patch: unknown): unknown {
  const operations = operationsOf(patch);
  const document = new PatchedDocument(thaw(current));
  for (const operation of operations) document.apply(operation);
  return document.root;
}
