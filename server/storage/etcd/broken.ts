import type { Logger } from '../../base/log.ts';
import { ApiError, internalError } from '../../kube/api-error.ts';
import { bucketOf } from '../storage.ts';
import type { EtcdFormat } from './format.ts';

/** How many objects of a list are told about (maxCorruptObjErrsToAggregate). */
const TOLD_MAX = 100;

/** What cannot be read, and which revision of it. */
export interface Unreadable {
  readonly revision: number;
  readonly error: Error;
}

/** Objects that cannot be read. Who asks for one of them, or for a list in which it would be, is told so. */
export class Broken {
  readonly #format: EtcdFormat;
  readonly #log: Logger;
  readonly #unreadable = new Map<string, Unreadable>();

  constructor(format: EtcdFormat, log: Logger, unreadable: ReadonlyMap<string, Unreadable>) {
    this.#format = format;
    this.#log = log;
    this.replace(unreadable);
  }

  replace(unreadable: ReadonlyMap<string, Unreadable>): void {
    this.#unreadable.clear();
    for (const [key, what] of unreadable) this.add(key, what);
  }

  add(key: string, what: Unreadable): void {
    this.#unreadable.set(key, what);
    this.#log.error({ key: this.#format.pathOf(key), err: what.error }, 'etcd holds something that cannot be read');
  }

  has(key: string): boolean {
    return this.#unreadable.size > 0 && this.#unreadable.has(key);
  }

  mend(key: string): void {
    if (this.#unreadable.size > 0) this.#unreadable.delete(key);
  }

  /** @throws ApiError 500, in the words of upstream's storage */
  check(key: string): void {
    if (this.#unreadable.size === 0) return;
    const what = this.#unreadable.get(key);
    // Of a single object upstream tells the key without the prefix.
    if (what) throw internalError(told(this.#format.pathOf(key).slice(this.#format.root.length - 1), what));
  }

  /** @throws ApiError 500 for a list in which one of them would be (aggregatedStorageError) */
  checkAll(prefix: string): void {
    if (this.#unreadable.size === 0) return;
    const causes = [...this.#unreadable]
      .filter(([key]) => key.startsWith(prefix))
      .slice(0, TOLD_MAX)
      .map(([key, what]) => {
        const field = this.#format.pathOf(key);
        return { reason: 'UnexpectedServerResponse', message: told(field, what), field };
      });
    const [first, ...others] = causes;
    if (!first) return;
    const bucket = bucketOf(prefix);
    const [kind = '', ...group] = bucket.split('.');
    const more = others.length > 0 ? ` (and ${others.length} more)` : '';
    throw new ApiError(
      500,
      'StorageReadError',
      `failed to read one or more ${bucket} from the storage: ${first.message}${more}`,
      { name: 'list', ...(group.length > 0 && { group: group.join('.') }), kind, causes },
    );
  }
}

const told = (path: string, { revision, error }: Unreadable): string =>
  `StorageError: corrupt object, Code: 7, Key: ${path}, ResourceVersion: 0, ` +
  `AdditionalErrorMsg: object not decodable revision=${revision}: ${error.message}`;
