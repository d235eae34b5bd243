import type { Activity } from '../../server/base/activity.ts';
import type { Cancel, Clock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Logger } from '../../server/base/log.ts';
import type { Random } from '../../server/base/random.ts';
import type { ControllerOff } from '../../server/kube/controller-off.ts';
import { type Key, type KubeObject, keyText, type User } from '../../server/kube/object.ts';
import type { ResourceId, Transport } from '../../server/kube/transport.ts';
import { podTemplateHash } from '../../server/schema/hash/pod-template-hash.ts';
import { Afterwards } from './afterwards.ts';
import { Client } from './client.ts';
import type { ControllerDefinition, ControllerEnv } from './controller.ts';
import { controllersOff } from './controllers-off.ts';
import { EventRecorder } from './events.ts';
import { FailureLog } from './failure-log.ts';
import { annotated, Gate } from './gate.ts';
import { type Change, Informer, InformerSet, Lister } from './informer.ts';
import { JointPatches } from './joint-patches.ts';
import { Pace } from './pace.ts';
import { type ControllerState, fullName, isNamedIn, Switch, type SwitchState } from './switches.ts';
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
  /** How templates are hashed; as the newest version does it unless given. */
  readonly hashTemplate?: ControllerEnv['hashTemplate'];
  /** Resources that there are not, because the server is of an older version; none unless given. */
  readonly lacks?: (resource: ResourceId) => boolean;
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

/** A controller at work. */
interface Running {
  /** Ends it; resolves when what it was working on is done. */
  stop(): Promise<void>;
  /** Asks again for everything that its switch held back. */
  reopen(): void;
  /** Resolves when what it is working on right now is done. */
  finished(): Promise<void>;
}

/** Whether a controller has objects to work on where some resources are not there. */
function hasWork({ watches, needs }: ControllerDefinition, lacks: NonNullable<ManagerOptions['lacks']>): boolean {
  if (needs !== undefined && lacks(needs)) return false;
  if (watches.some(({ resource, isSelf }) => isSelf && lacks(resource))) return false;
  return watches.length === 0 || watches.some(({ resource }) => !lacks(resource));
}

/** Runs controllers, and switches them off and on. */
export class ControllerManager {
  readonly #options: ManagerOptions;
  readonly #informers: InformerSet;
  readonly #switches: ReadonlyMap<string, Switch>;
  readonly #running = new Map<string, Running>();
  /** What is done about the switches of a controller, one after the other. */
  readonly #obeying = new Map<string, Promise<void>>();
  readonly #queues = new Map<string, WorkQueue>();
  readonly #failures: FailureLog;
  readonly #pace = new Pace();
  readonly #jointPatches = new JointPatches();
  readonly #afterwards: Afterwards;
  #isStarted = false;

  constructor(given: ManagerOptions) {
    const { lacks } = given;
    const options = lacks ? { ...given, definitions: given.definitions.filter((one) => hasWork(one, lacks)) } : given;
    this.#options = options;
    this.#switches = new Map(options.definitions.map(({ name }) => [name, new Switch(options.enabled(name))]));
    this.#afterwards = new Afterwards(options.activity);
    this.#failures = new FailureLog(options.log, options.clock);
    this.#informers = new InformerSet(
      options.transport(INFORMER_USER, 'kube-controller-manager'),
      options.clock,
      options.activity,
      options.lacks,
    );
  }

  /** Every controller by its full name, and where it is on. */
  list(): ControllerState[] {
    const objects = annotated(this.#informers);
    return [...this.#switches].map(([name, { enabled, namespaces }]) => {
      const places = objects.filter(({ names }) => isNamedIn(names, name)).map(({ place }) => place);
      return {
        name,
        enabled,
        ...(Object.keys(namespaces).length > 0 && { namespaces }),
        ...(places.length > 0 && { objects: places }),
      };
    });
  }

  /**
   * Controllers that an object waits for, and that are off for it.
   *
   * @param resource of the object: `deployments.apps`
   * @param chain the object, and those that control it, the nearest first
   */
  offFor(resource: string, chain: readonly [Frozen<KubeObject>, ...Frozen<KubeObject>[]]): ControllerOff[] {
    return controllersOff(this.#options.definitions, this.#switches, resource, chain);
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
    this.#isStarted = true;
    await Promise.all([...this.#switches.keys()].map((name) => this.#obey(name)));
  }

  /**
   * Switches a controller off or on, everywhere or for one namespace, whose switch then counts there. Resolves when
   * one that was switched off has ended what it was doing.
   *
   * @param name in full or without `-controller`
   * @returns false when there is no such controller
   */
  async setEnabled(name: string, enabled: boolean, namespace?: string): Promise<boolean> {
    return this.#throw(name, (power) => {
      power.set(enabled, namespace);
      return true;
    });
  }

  /** Takes a namespace's switch away. @returns false when there is no such controller, or none for the namespace */
  async unsetEnabled(name: string, namespace: string): Promise<boolean> {
    return this.#throw(name, (power) => power.unset(namespace));
  }

  /** How switches stand that were thrown, by the name of their controller. */
  get switches(): ReadonlyMap<string, SwitchState> {
    const thrown = [...this.#switches].filter(([, power]) => !power.isAsAtFirst);
    return new Map(thrown.map(([name, { enabled, namespaces }]) => [name, { enabled, namespaces }]));
  }

  /** Switches everything as it was when `switches` were taken; as it was at first unless given. */
  async resetSwitches(switches: ReadonlyMap<string, SwitchState> = new Map()): Promise<void> {
    await Promise.all(
      [...this.#switches].map(async ([name, power]) => {
        const wanted = switches.get(name);
        if (!wanted && power.isAsAtFirst) return;
        if (wanted) power.restore(wanted);
        else power.reset();
        if (this.#isStarted) await this.#obey(name);
      }),
    );
  }

  stop(): void {
    void this.end();
  }

  /** Stops, and resolves when what was being worked on is done. */
  async end(): Promise<void> {
    this.#isStarted = false;
    const ended = [...this.#running.values()].map((running) => running.stop());
    this.#running.clear();
    this.#informers.stop();
    await Promise.all(ended);
  }

  async #throw(name: string, change: (power: Switch) => boolean): Promise<boolean> {
    const full = fullName(name, [...this.#switches.keys()]) ?? '';
    const power = this.#switches.get(full);
    if (!power || !change(power)) return false;
    // Where another server's controllers work, it counts when this one's do.
    if (this.#isStarted) await this.#obey(full);
    return true;
  }

  /** Makes a controller run, or not, as its switch says. It never runs twice, however fast it is switched. */
  #obey(name: string): Promise<void> {
    const obeyed = (this.#obeying.get(name) ?? Promise.resolve()).then(() => this.#apply(name));
    this.#obeying.set(name, obeyed);
    return obeyed;
  }

  async #apply(name: string): Promise<void> {
    const definition = this.#options.definitions.find((candidate) => candidate.name === name);
    const power = this.#switches.get(name);
    const running = this.#running.get(name);
    if (!definition || !power) return;
    if (power.isNeeded && running) {
      running.reopen();
      await running.finished();
    } else if (power.isNeeded) await this.#start(definition, power);
    else if (running) {
      this.#running.delete(name);
      await running.stop();
    }
  }

  async #start(definition: ControllerDefinition, power: Switch): Promise<void> {
    let stopped = false;
    const cancels: Cancel[] = [];
    const stop = async (): Promise<void> => {
      stopped = true;
      for (const cancel of cancels.splice(0)) cancel();
    };
    this.#running.set(definition.name, { stop, reopen: () => undefined, finished: async () => undefined });
    const resources = [...definition.watches.map(({ resource }) => resource), ...(definition.reads ?? [])];
    await Promise.all(resources.map((resource) => this.#informers.of(resource).start()));
    if (stopped) return;
    const { clock, activity } = this.#options;
    const queue = new WorkQueue({
      name: definition.name,
      clock,
      activity,
      pace: this.#pace,
      workers: definition.workers ?? 10,
      work: async (text) => {
        const key = parseKey(text);
        return gate.admit(key) ? definition.reconcile(key, env) : undefined;
      },
      onFailure: (key, error) => this.#failures.failed(definition.name, key, error),
    });
    this.#queues.set(definition.name, queue);
    const followed = new Set<Informer>();
    const env: ControllerEnv = {
      ...this.#envOf(definition, queue, followed),
      admits: (key) => gate.admit(key),
    };
    cancels.push(() => {
      for (const informer of followed) informer.stop();
    });
    const gate = new Gate({ definition, env, power, informers: this.#informers });
    this.#running.set(definition.name, {
      stop: async () => {
        await stop();
        await queue.finished();
      },
      reopen: () => gate.reopen(),
      finished: () => queue.finished(),
    });
    const end = definition.start?.(env);
    if (end) cancels.push(end);
    for (const watched of definition.watches) {
      const cancel = this.#informers.of(watched.resource).onChange(({ before, now }) => {
        const add = (object: Frozen<KubeObject>): void => {
          for (const key of watched.keys(object, env)) queue.add(keyText(key));
        };
        if (before && !(now && watched.haveSameKeys?.(before, now))) add(before);
        if (now) add(now);
      });
      cancels.push(cancel);
    }
    cancels.push(
      () => gate.stop(),
      () => queue.stop(),
    );
  }

  #envOf(definition: ControllerDefinition, queue: WorkQueue, followed: Set<Informer>): Omit<ControllerEnv, 'admits'> {
    const { transport, clock, log, activity } = this.#options;
    const random = this.#options.random.of(definition.name);
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
      patchJointly: (resource, key, patch) => this.#jointPatches.patch(client, resource, key, patch),
      hashTemplate: this.#options.hashTemplate ?? podTemplateHash,
      clientOf: (user) => new Client(transport(user, agent)),
      event: (...told) => tell(events.record(...told)),
      writeEvent: (resource, event) => tell(afterwards.turn().then(() => client.create(resource, event))),
      begin: (name) => activity.begin(name),
      enqueue: (key, afterMs = 0) => queue.addAfter(keyText(key), afterMs, 'retry'),
    };
  }
}
