import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { IndexDefinitions } from '../../../server/storage/indexes.ts';
import { MemoryStorage } from '../../../server/storage/memory.ts';
import { PersistentStorage } from '../../../server/storage/persistent.ts';
import type { LocalStorage, StoredEvent, WatchSink } from '../../../server/storage/storage.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';
import { LogCollector, locate } from '../../support/stored.ts';

/** A storage under test. */
export interface Subject {
  /** The storage now: a pause may replace it. */
  readonly storage: LocalStorage;
  readonly clock: SimulatedClock;
  /** Between two steps of a test whose meaning does not depend on history: where it can, the storage restarts. */
  pause(): Promise<void>;
  dispose(): Promise<void>;
}

export interface Backend {
  readonly name: string;
  open(): Promise<Subject>;
}

/** Finds maps by the value of the field `node` of their data. */
const indexes: IndexDefinitions = {
  byNode: { configmaps: (value) => [(value.data as Record<string, string>).node ?? ''] },
};

const memory: Backend = {
  name: 'MemoryStorage',
  async open() {
    const clock = new SimulatedClock();
    const storage = new MemoryStorage({ clock, indexes });
    return { storage, clock, pause: async () => undefined, dispose: () => storage.close() };
  },
};

function persistent(name: string, restarts: boolean): Backend {
  return {
    name,
    async open() {
      const clock = new SimulatedClock();
      const directory = await mkdtemp(join(tmpdir(), 'fauxkube-storage-'));
      const open = (): Promise<PersistentStorage> =>
        PersistentStorage.open({ directory, locate, clock, log: new LogCollector(), indexes });
      let storage = await open();
      return {
        clock,
        get storage() {
          return storage;
        },
        async pause() {
          if (!restarts) return;
          await storage.close();
          storage = await open();
        },
        async dispose() {
          await storage.close();
          await rm(directory, { recursive: true });
        },
      };
    },
  };
}

/** Every implementation of Storage. */
export const backends: readonly Backend[] = [
  memory,
  persistent('PersistentStorage', false),
  persistent('PersistentStorage, restarted between steps', true),
];

/** A watcher that keeps what it gets. */
export class Recorder implements WatchSink {
  readonly events_: StoredEvent[] = [];
  readonly ends: string[] = [];

  events(batch: readonly StoredEvent[]): void {
    this.events_.push(...batch);
  }

  end(reason: string): void {
    this.ends.push(reason);
  }

  /** `created a@3`: type, last part of the key, revision. */
  get lines(): string[] {
    return this.events_.map(({ type, now }) => `${type} ${now.key.split('/').at(-1)}@${now.revision}`);
  }

  /** The same without revisions, which differ between backends that restart. */
  get steps(): string[] {
    return this.lines.map((line) => line.slice(0, line.indexOf('@')));
  }
}
