import type { Logger } from '../../base/log.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { EtcdFormat } from './format.ts';

/** Objects that cannot be read. Who asks for one of them, or for a list in which it would be, is told so. */
export class Broken {
  readonly #format: EtcdFormat;
  readonly #log: Logger;
  readonly #why = new Map<string, Error>();

  constructor(format: EtcdFormat, log: Logger, broken: ReadonlyMap<string, Error>) {
    this.#format = format;
    this.#log = log;
    this.replace(broken);
  }

  replace(broken: ReadonlyMap<string, Error>): void {
    this.#why.clear();
    for (const [key, error] of broken) this.add(key, error);
  }

  add(key: string, error: Error): void {
    this.#why.set(key, error);
    this.#log.error({ key: this.#format.pathOf(key), err: error }, 'etcd holds something that cannot be read');
  }

  mend(key: string): void {
    if (this.#why.size > 0) this.#why.delete(key);
  }

  /** @throws ApiError 500 */
  check(key: string): void {
    if (this.#why.size === 0) return;
    const error = this.#why.get(key);
    if (error) throw new ApiError(500, '', error.message);
  }

  /** @throws ApiError 500 */
  checkAll(prefix: string): void {
    if (this.#why.size === 0) return;
    for (const [key, error] of this.#why) if (key.startsWith(prefix)) throw new ApiError(500, '', error.message);
  }
}
