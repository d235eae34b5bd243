/** One virtual cluster: next to nothing until somebody asks it for something, and a whole cluster from then on. */
import type { Pki } from '../auth/certificates.ts';
import type { Cancel, Clock } from '../base/clock.ts';
import { thaw } from '../base/freeze.ts';
import type { Random } from '../base/random.ts';
import type { ClusterInstance } from '../cluster-instance.ts';
import type { KubeObject } from '../kube/object.ts';
import type { ApiResponse } from '../pipeline/request.ts';
import type { History } from '../storage/history.ts';
import { MemoryStorage } from '../storage/memory.ts';
import type { Captured, LocalStorage } from '../storage/storage.ts';
import { ClientCertificates } from './client-certificates.ts';

/** What a virtual cluster is made of. */
export interface VirtualClusterParts {
  readonly name: string;
  /** What it begins with, and what that is called. */
  readonly state: Captured;
  readonly from: string;
  /** Whether it is a cluster of its own from the start, not the copy of one. */
  readonly isNew: boolean;
  readonly pki: Pki;
  readonly random: Random;
  readonly clock: Clock;
  readonly history: History;
  /** Of the machine: how long nobody has asked is real time. */
  readonly realClock: Clock;
  readonly idleMs: number | undefined;
  /** Makes what runs, on a storage that holds the state. */
  readonly instance: (storage: LocalStorage) => ClusterInstance;
  readonly onIdle: () => void;
}

/** Tools tell clusters apart by the uid of this namespace. */
const CLUSTER_NAMESPACE = 'namespaces/kube-system';

export class VirtualCluster {
  readonly name: string;
  readonly from: string;
  readonly idleMs: number | undefined;
  readonly createdMs: number;
  readonly pki: Pki;
  readonly clients: ClientCertificates;
  readonly #parts: VirtualClusterParts;
  /** Given up once the cluster runs: what it has written since is its own. */
  #state: Captured | undefined;
  #running: Promise<ClusterInstance> | undefined;
  #instance: ClusterInstance | undefined;
  #uses = 0;
  #cancelIdle: Cancel | undefined;
  #isEnded = false;

  constructor(parts: VirtualClusterParts) {
    this.#parts = parts;
    this.name = parts.name;
    this.from = parts.from;
    this.idleMs = parts.idleMs;
    this.pki = parts.pki;
    this.#state = parts.state;
    this.createdMs = parts.realClock.now();
    this.clients = new ClientCertificates(parts.pki.ca.cert, () => parts.realClock.now());
    this.#rest();
  }

  get clock(): Clock {
    return this.#parts.clock;
  }

  get prefix(): string {
    return `/clusters/${this.name}`;
  }

  /** Whether somebody has asked it for anything. */
  get isRunning(): boolean {
    return this.#instance !== undefined;
  }

  /** The key that signs tokens of its service accounts; nobody has one before it runs. */
  get tokenKeyId(): string | undefined {
    return this.#instance?.parts.tokens.keyId;
  }

  /** What it holds now. */
  capture(): Captured {
    return this.#instance?.cluster.storage.capture() ?? (this.#state as Captured);
  }

  /** The cluster at work; the first call starts it. @throws Error when it has been ended */
  running(): Promise<ClusterInstance> {
    this.#running ??= this.#start();
    return this.#running;
  }

  /** Has the cluster answer a request that has entered it. */
  async answer(answer: (instance: ClusterInstance) => Promise<ApiResponse>): Promise<ApiResponse> {
    const done = this.#use();
    try {
      const response = await answer(this.#instance ?? (await this.running()));
      return response.type === 'watch' && this.idleMs !== undefined ? this.#counted(response) : response;
    } finally {
      done();
    }
  }

  /** Ends it, and every watch of it. */
  async end(): Promise<void> {
    this.#isEnded = true;
    this.#cancelIdle?.();
    await (await this.#running?.catch(() => undefined))?.shutDown();
  }

  async #start(): Promise<ClusterInstance> {
    const { clock, history, isNew, random } = this.#parts;
    const storage = new MemoryStorage({ clock, history, from: this.capture() });
    if (isNew && storage.get(CLUSTER_NAMESPACE)) {
      await storage.guaranteedUpdate(CLUSTER_NAMESPACE, {}, async ({ value }) => {
        const namespace = thaw<KubeObject>(value);
        namespace.metadata.uid = random.uuid();
        return namespace;
      });
    }
    const instance = this.#parts.instance(storage);
    await instance.assemble();
    await instance.start();
    instance.ready();
    if (this.#isEnded) {
      await instance.shutDown();
      throw new Error(`the virtual cluster ${this.name} has ended`);
    }
    this.#instance = instance;
    this.#state = undefined;
    return instance;
  }

  /** Somebody uses it as long as the watch is open. */
  #counted(response: ApiResponse & { readonly type: 'watch' }): ApiResponse {
    return {
      ...response,
      start: (observer) => {
        const done = this.#use();
        const stop = response.start(observer);
        return () => {
          stop();
          done();
        };
      },
    };
  }

  /** Somebody uses it until the returned function is called. */
  #use(): () => void {
    if (this.idleMs === undefined) return () => undefined;
    this.#cancelIdle?.();
    this.#uses++;
    let isOver = false;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#uses--;
      this.#rest();
    };
  }

  /** Begins to wait for the end, unless somebody uses it. */
  #rest(): void {
    if (this.idleMs === undefined || this.#uses > 0 || this.#isEnded) return;
    this.#cancelIdle?.();
    this.#cancelIdle = this.#parts.realClock.schedule(this.idleMs, this.#parts.onIdle);
  }
}
