import type { Cancel } from '../../server/base/clock.ts';
import { Batches } from '../lib/batches.ts';
import type { ControllerEnv } from '../lib/controller.ts';

/**
 * Wakes namespaces that wait for their content to go. Upstream looks every few seconds; here a namespace goes on when
 * something in it is gone. It listens only while some namespace waits.
 */
export class Leftovers {
  readonly #env: ControllerEnv;
  /** Namespaces that wait, and how long after a deletion they are looked at. */
  readonly #delaysMs = new Map<string, number>();
  readonly #batches = new Batches();
  #cancel: Cancel | undefined;

  constructor(env: ControllerEnv) {
    this.#env = env;
  }

  expect(namespace: string, delayMs: number): void {
    this.#delaysMs.set(namespace, delayMs);
    this.#cancel ??= this.#env.client.watchAll(
      { existing: false },
      {
        event: (type, { metadata }) => {
          const name = metadata.namespace ?? '';
          const wait = type === 'DELETED' ? this.#delaysMs.get(name) : undefined;
          if (wait === undefined) return;
          this.#batches.changed(name);
          this.#env.enqueue({ namespace: '', name }, wait);
        },
        synced: () => undefined,
        end: () => {
          this.#cancel = undefined;
        },
      },
    );
  }

  /** Resolves when no more is going right now: what goes together is looked at together. */
  async pause(namespace: string): Promise<void> {
    await this.#batches.ready(namespace);
  }

  forget(namespace: string): void {
    this.#delaysMs.delete(namespace);
    this.#batches.forget(namespace);
    if (this.#delaysMs.size === 0) this.stop();
  }

  stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
