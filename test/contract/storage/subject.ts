import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import type { EtcdStorage } from '../../../server/storage/etcd/etcd-storage.ts';
import type { IndexDefinitions } from '../../../server/storage/indexes.ts';
import { MemoryStorage } from '../../../server/storage/memory.ts';
import { PersistentStorage } from '../../../server/storage/persistent.ts';
import type { LocalStorage, StoredEvent, WatchSink } from '../../../server/storage/storage.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../../support/etcd-server.ts';
import { openEtcdStorage } from '../../support/etcd-storage.ts';
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
  /** What every test of it shares. */
  start?(): Promise<void>;
  stop?(): Promise<void>;
  /** Why the suite cannot run here. */
  readonly skipped?: string;
  /** A write is visible when the call returns, before its promise resolves. */
  readonly writesAtOnce: boolean;
  /** Objects live by the simulated clock also across a pause. */
  readonly keepsTimes: boolean;
  /** `restore` and `replace` give revisions as their contract says: one for each write, and those of then. */
  readonly choosesRevisions: boolean;
}

const OWN_REVISIONS = { writesAtOnce: true, keepsTimes: true, choosesRevisions: true };

/** Finds maps by the value of the field `node` of their data. */
const indexes: IndexDefinitions = {
  byNode: { configmaps: (value) => [(value.data as Record<string, string>).node ?? ''] },
};

const memory: Backend = {
  name: 'MemoryStorage',
  ...OWN_REVISIONS,
  async open() {
    const clock = new SimulatedClock();
    const storage = new MemoryStorage({ clock, indexes });
    return { storage, clock, pause: async () => undefined, dispose: () => storage.close() };
  },
};

/** A storage whose content outlives it. @param restarts whether another one goes on with that between the steps */
async function opened(
  clock: SimulatedClock,
  open: () => Promise<LocalStorage>,
  restarts: boolean,
  end: () => Promise<void> = async () => undefined,
): Promise<Subject> {
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
      await end();
    },
  };
}

function persistent(name: string, restarts: boolean): Backend {
  return {
    name,
    ...OWN_REVISIONS,
    async open() {
      const clock = new SimulatedClock();
      const directory = await mkdtemp(join(tmpdir(), 'fauxkube-storage-'));
      const open = (): Promise<PersistentStorage> =>
        PersistentStorage.open({ directory, locate, clock, log: new LogCollector(), indexes });
      return opened(clock, open, restarts, () => rm(directory, { recursive: true }));
    },
  };
}

/** What is begun when a timer fires ends in its own time. */
class PatientClock extends SimulatedClock {
  readonly #isAtRest: () => boolean;

  constructor(isAtRest: () => boolean) {
    super();
    this.#isAtRest = isAtRest;
  }

  override async advance(ms: number): Promise<void> {
    await super.advance(ms);
    await vi.waitUntil(this.#isAtRest, { timeout: 10_000, interval: 1 });
  }
}

/** One etcd for all tests, and a folder in it for each. */
function etcd(name: string, restarts: boolean): Backend {
  let server: EtcdServer | undefined;
  let count = 0;
  return {
    name,
    ...(!hasEtcd && { skipped: 'there is no etcd' }),
    writesAtOnce: false,
    keepsTimes: !restarts,
    choosesRevisions: false,
    async start() {
      server = await startEtcd();
    },
    async stop() {
      await server?.close();
    },
    async open() {
      const { url = '' } = server ?? {};
      let storage: EtcdStorage | undefined;
      const clock = new PatientClock(() => storage?.delivered ?? true);
      const root = `/test-${++count}/`;
      const open = async (): Promise<EtcdStorage> => {
        storage = await openEtcdStorage(url, { root, clock, indexes });
        return storage;
      };
      return opened(clock, open, restarts);
    },
  };
}

/** Every implementation of Storage. */
export const backends: readonly Backend[] = [
  memory,
  persistent('PersistentStorage', false),
  persistent('PersistentStorage, restarted between steps', true),
  etcd('EtcdStorage', false),
  etcd('EtcdStorage, opened anew between steps', true),
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
