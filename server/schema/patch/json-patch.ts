/** RFC 6902, as evanphx/json-patch v4 applies it for kube-apiserver. */
import { deepEqual, getOwn, setOwn } from '../../base/freeze.ts';
import { ApiError, badRequest } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { LIMITS } from '../../kube/limits.ts';

interface Operation {
  readonly op?: string | null;
  readonly path?: string | null;
  readonly from?: string | null;
  readonly value?: unknown;
}

/**
 * Every failure to apply is one and the same answer to clients: the reason only leaves kube-apiserver when the patch is
 * a webhook's.
 */
export class JsonPatchError extends ApiError {
  /** What the library says. */
  readonly fault: string;

  constructor(fault: string) {
    super(422, 'Invalid', 'the server rejected our request due to an error in our request', {});
    this.fault = fault;
  }
}

/** Runs `run`; what fails in it is told as `begin` and the fault. */
function within<T>(begin: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof JsonPatchError ? new JsonPatchError(`${begin}: ${error.fault}`) : error;
  }
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
    else throw new JsonPatchError(`Unable to remove nonexistent key: ${this.#key}: missing value`);
  }
}

/** Negative indices count from the end. */
function index(key: string, length: number): number {
  if (!/^[-+]?\d{1,9}$/.test(key)) {
    const why = `strconv.Atoi: parsing ${goQuote(key)}: invalid syntax`;
    throw new JsonPatchError(`value was not a proper array index: '${key}': ${why}`);
  }
  const given = Number(key);
  const at = given < 0 ? given + length : given;
  if (at < 0 || at >= length)
    throw new JsonPatchError(`Unable to access invalid index: ${given}: invalid index referenced`);
  return at;
}

const unescaped = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~');

/**
 * A document that operations change one after the other. What they do not touch stays shared with the document that was
 * given: the server knows then that it is as it was.
 */
class PatchedDocument {
  root: unknown;
  /** Objects and lists that were made here, and may be changed. */
  readonly #own = new Set<Container>();
  #copiedBytes = 0;

  constructor(root: unknown) {
    this.root = root;
  }

  apply({ op, path, from, value }: Operation): void {
    const missing = `operation does not apply: doc is missing`;
    const at = (begin: string): Place => this.#open(path, begin, path);
    if (op === 'add') {
      const place = this.#open(path, `add ${missing} path`, quoted(path));
      within(`error in add for path: '${path}'`, () => place.add(value ?? null));
    } else if (op === 'replace' && path === '') this.#replaceAll(value);
    else if (op === 'replace') {
      const place = at(`replace ${missing} path`);
      const begin = `replace ${missing} key: ${path}`;
      tell(`${begin}: missing value`, () => place.get());
      within(begin, () => place.replace(value ?? null));
    } else if (op === 'remove') {
      const place = this.#open(path, `remove ${missing} path`, quoted(path));
      within(`error in remove for path: '${path}'`, () => place.remove());
    } else if (op === 'move') {
      const moved = this.#take(this.#open(from, `move ${missing} from path`, from), from);
      const place = at(`move ${missing} destination path`);
      within(`error in move for path: '${path}'`, () => place.add(moved));
    } else if (op === 'copy') {
      const source = this.#find(from, `copy ${missing} from path`, from);
      const copy = this.#copyOf(within(`error in copy for from: '${from}'`, () => source.get()) ?? null);
      const place = at(`copy ${missing} destination path`);
      within('error while adding value during copy', () => place.add(copy));
    } else if (op === 'test') this.#test(path, value);
    else throw new JsonPatchError(`Unexpected kind: ${op ?? 'unknown'}`);
  }

  #take(source: Place, from: string | null | undefined): unknown {
    return within(`error in move for path: '${from?.split('/').pop()}'`, () => {
      const moved = source.get();
      source.remove();
      return moved;
    });
  }

  /**
   * Whatever stands before the first slash does not count.
   *
   * @param begin what is said, together with the path as `shown`, when there is no such place
   */
  #find(path: string | null | undefined, begin: string, shown: string | null | undefined): Place {
    const fault = `${begin}: ${shown}: missing value`;
    const [, ...parts] = (path ?? '').split('/').map(unescaped);
    const key = parts.pop();
    let at: unknown = this.root;
    for (const part of parts) at = isContainer(at) ? tell(fault, placeIn(at, part)) : undefined;
    if (key === undefined || !isContainer(at)) throw new JsonPatchError(fault);
    return new Place(at, key);
  }

  /** The same for a place that is going to change: what leads to it becomes our own. */
  #open(path: string | null | undefined, begin: string, shown: string | null | undefined): Place {
    this.#find(path, begin, shown);
    const parts = (path ?? '').split('/').slice(1).map(unescaped);
    const key = parts.pop() ?? '';
    let at = this.#owned(this.root as Container);
    this.root = at;
    for (const part of parts) {
      const place = new Place(at, part);
      const inner = this.#owned(place.get() as Container);
      place.replace(inner);
      at = inner;
    }
    return new Place(at, key);
  }

  #owned(container: Container): Container {
    if (this.#own.has(container)) return container;
    const copy = Array.isArray(container) ? [...(container as unknown[])] : { ...container };
    this.#own.add(copy);
    return copy;
  }

  #replaceAll(value: unknown): void {
    if (!isContainer(value)) throw new JsonPatchError('replace operation value must be object or array');
    this.root = value;
  }

  /** Copies of copies grow without end; together they may be as large as a body. */
  #copyOf(value: unknown): unknown {
    this.#copiedBytes += Buffer.byteLength(JSON.stringify(value));
    if (this.#copiedBytes > LIMITS.bodyBytes) throw new JsonPatchError('the copies of the patch are too large');
    // It is in two places from now on: whatever changes one of them has to make that one its own anew.
    this.#own.clear();
    return value;
  }

  /** A test for null succeeds where an object does not have the key. */
  #test(path: string | null | undefined, expected: unknown): void {
    const place = path === '' ? undefined : this.#find(path, 'test operation does not apply: is missing path', path);
    const actual = place ? within(`error in test for path: '${path}'`, () => place.get()) : this.root;
    const matches = actual === undefined ? (expected ?? null) === null : deepEqual(actual, expected);
    if (!matches) throw new JsonPatchError(`testing value ${path} failed: test failed`);
  }
}

/** The path of an `add` or `remove`, as the library prints it. */
const quoted = (path: string | null | undefined): string => `"${path}"`;

const placeIn =
  (container: Container, key: string): (() => unknown) =>
  () =>
    new Place(container, key).get();

/** Runs `run`; whatever fails in it is told as `fault`. */
function tell<T>(fault: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw error instanceof JsonPatchError ? new JsonPatchError(fault) : error;
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
 * `application/json-patch+json`. Parts that no operation touches are shared with `current`, which stays as it is.
 *
 * @throws ApiError 400 when the patch is no list of operations, 413 when it is too long, 422 when one cannot be applied
 * @example
 * applyJsonPatch({ a: 1 }, [{ op: 'replace', path: '/a', value: 2 }]) // { a: 2 }
 */
export function applyJsonPatch(current: object, patch: unknown): unknown {
  const operations = operationsOf(patch);
  const document = new PatchedDocument(current);
  for (const operation of operations) document.apply(operation);
  return document.root;
}
