import type { Activity } from '../../server/base/activity.ts';
import type { Cancel, Clock } from '../../server/base/clock.ts';
import type { Logger } from '../../server/base/log.ts';
import type { Random } from '../../server/base/random.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, type KubeObject, keyText, type User } from '../../server/kube/object.ts';
import type { ResourceId, Transport } from '../../server/kube/transport.ts';
import { Afterwards } from './afterwards.ts';
import { Client } from './client.ts';
import type { ControllerDefinition, ControllerEnv } from './controller.ts';
import { EventRecorder } from './events.ts';
import { type Change, Informer, InformerSet, Lister } from './informer.ts';
import { Pace } from './pace.ts';
import { WorkQueue } from './work-queue.ts';

export interface ManagerOptions {
  readonly definitions: readonly ControllerDefinition[];
  /** A door to the cluster for a user; `agent` names the client. */
  readonly transport: (user: User, agent: string) => Transport;
  readonly clock: Clock;
  readonly random: Random;
  readonly activity: Activity;
  readonly log: Logger;
  /** Whether a controller runs from the start. */
  readonly enabled: (name: string) => boolean;
}

/** The user that reads for all controllers, as kube-controller-manager's shared informers do. */
const INFORMER_USER: User = { name: 'system:kube-controller-manager', groups: ['system:authenticated'] };

export function serviceAccountUser(name: string): User {
  const groups = ['system:serviceaccounts', 'system:serviceaccounts:kube-system', 'system:authenticated'];
  return { name: `system:serviceaccount:kube-system:${name}`, groups };
}

function parseKey(text: string): Key {
  const slash = text.indexOf('/');
  return slash < 0 ? { namespace: '', name: text } : { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** Runs controllers, and switches them off and on. */
export class ControllerManager {
  readonly #options: ManagerOptions;
  readonly #informers: InformerSet;
  readonly #running = new Map<string, Cancel>();
  readonly #queues = new Map<string, WorkQueue>();
  readonly #pace = new Pace();
  readonly #afterwards: Afterwards;

  constructor(options: ManagerOptions) {
    this.#options = options;
    this.#afterwards = new Afterwards(options.activity);
    this.#informers = new InformerSet(
      options.transport(INFORMER_USER, 'kube-controller-manager'),
      options.clock,
      options.activity,
    );
  }

  /** Every controller by name, and whether it runs. */
  list(): { name: string; enabled: boolean }[] {
    return this.#options.definitions.map(({ name }) => ({ name, enabled: this.#running.has(name) }));
  }

  /** What the work queues have counted, by the names that upstream gives them. */
  workQueues(): ({ name: string } & ReturnType<WorkQueue['facts']>)[] {
    return this.#options.definitions.flatMap(({ name, queue = name }) => {
      const facts = this.#queues.get(name)?.facts();
      return facts ? [{ name: queue, ...facts }] : [];
    });
  }

  /** Starts those that are enabled. Resolves when their informers are complete. */
  async start(): Promise<void> {
    const wanted = this.#options.definitions.filter(({ name }) => this.#options.enabled(name));
    await Promise.all(wanted.map((definition) => this.#start(definition)));
  }

  /** @returns false when there is no such controller */
  async setEnabled(name: string, enabled: boolean): Promise<boolean> {
    const definition = this.#options.definitions.find(
      (candidate) => candidate.name === name || candidate.name === `${name}-controller`,
    );
    if (!definition) return false;
    if (enabled && !this.#running.has(definition.name)) await this.#start(definition);
    if (!enabled) {
      this.#running.get(definition.name)?.();
      this.#running.delete(definition.name);
    }
    return true;
  }

  stop(): void {
    for (const stop of this.#running.values()) stop();
    this.#running.clear();
    this.#informers.stop();
  }

  async #start(definition: ControllerDefinition): Promise<void> {
    let stopped = false;
    const cancels: Cancel[] = [];
    this.#running.set(definition.name, () => {
      stopped = true;
      for (const cancel of cancels.splice(0)) cancel();
    });
    const resources = [...definition.watches.map(({ resource }) => resource), ...(definition.reads ?? [])];
    await Promise.all(resources.map((resource) => this.#informers.of(resource).start()));
    if (stopped) return;
    const { clock, activity, log } = this.#options;
    const queue = new WorkQueue({
      name: definition.name,
      clock,
      activity,
      pace: this.#pace,
      workers: definition.workers ?? 10,
      work: (key) => definition.reconcile(parseKey(key), env),
      onFailure: (key, error) => {
        // Conflicts and what was deleted meanwhile are ordinary: the informer was behind, and the next try will not be.
        const level = error instanceof ApiError && (error.code === 409 || error.code === 404) ? 'debug' : 'warn';
        log[level]({ controller: definition.name, key, err: error }, 'will be tried again');
      },
    });
    this.#queues.set(definition.name, queue);
    const followed = new Set<Informer>();
    const env = this.#envOf(definition, queue, followed);
    cancels.push(() => {
      for (const informer of followed) informer.stop();
    });
    const end = definition.start?.(env);
    if (end) cancels.push(end);
    for (const watched of definition.watches) {
      const cancel = this.#informers.of(watched.resource).onChange(({ before, now }) => {
        for (const object of [before, now])
          if (object) for (const key of watched.keys(object, env)) queue.add(keyText(key));
      });
      cancels.push(cancel);
    }
    cancels.push(() => queue.stop());
  }

  #envOf(definition: ControllerDefinition, queue: WorkQueue, followed: Set<Informer>): ControllerEnv {
    const { transport, clock, random, log, activity } = this.#options;
    const agent = definition.agent ?? 'kube-controller-manager';
    const client = new Client(transport(definition.user ?? serviceAccountUser(definition.account), agent));
    const afterwards = this.#afterwards;
    const events = new EventRecorder(client, clock, definition.eventSource ?? definition.account, afterwards);
    /** Neither fails nor is waited for, but by `settle()`. */
    const tell = (written: Promise<unknown>): void => {
      const done = afterwards.begin(definition.name);
      const failed = (err: unknown): void =>
        log.debug({ controller: definition.name, err }, 'an Event was not written');
      written.catch(failed).finally(done);
    };
    return {
      client,
      clock,
      random,
      log,
      lister: <T extends KubeObject>(resource: ResourceId) => new Lister<T>(this.#informers.of(resource)),
      onChange: (resource, handler) => this.#informers.of(resource).onChange(handler as (change: Change) => void),
      follow: (resource, handler) => {
        const informer = new Informer(resource, transport(INFORMER_USER, agent), clock, activity);
        followed.add(informer);
        informer.onChange(handler as (change: Change) => void);
        void informer.start();
        return () => {
          followed.delete(informer);
          informer.stop();
        };
      },
      clientOf: (user) => new Client(transport(user, agent)),
      event: (...told) => tell(events.record(...told)),
      writeEvent: (resource, event) => tell(afterwards.turn().then(() => client.create(resource, event))),
      enqueue: (key, afterMs = 0) => queue.addAfter(keyText(key), afterMs),
    };
  }
}
