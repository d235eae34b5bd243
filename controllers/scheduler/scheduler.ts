import { ApiError } from '../../server/kube/api-error.ts';
import type { PodDisruptionBudget } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { loggedError } from '../lib/failure-log.ts';
import { type Attempt, NodeFinder } from './cycle.ts';
import { carryOutDevices, type DevicePlan } from './devices/carry-out.ts';
import { SchedulerEvents } from './events.ts';
import { makeRoom } from './eviction.ts';
import { fitMessage, type Misfit, NO_NODES } from './fit-error.ts';
import type { World } from './framework.ts';
import type { PodInfo } from './pod-info.ts';
import { writeStatus } from './pod-status.ts';
import { type Candidate, preempt } from './preemption.ts';
import { type Queued, type Rejector, SchedulingQueue } from './queue.ts';
import { assumePlan, carryOut, forgetPlan } from './volumes/carry-out.ts';
import { isPlanEmpty, type VolumePlan } from './volumes/plan.ts';

export const BUDGETS = 'policy/v1/poddisruptionbudgets';

/** What a dynamic resource plugin answers to pods that it was not asked about: upstream's text ends so. */
const UNASKED = 'not found';

const NO_NODE_YET: ReadonlySet<Rejector> = new Set<Rejector>(['no nodes']);

interface Failure {
  readonly message: string;
  readonly rejectors: ReadonlySet<Rejector>;
  readonly nominatedNode?: string;
  readonly candidate?: Candidate;
}

/** Gives pods of the queue their nodes, one after the other; writing goes on meanwhile. */
export class Scheduler {
  readonly queue: SchedulingQueue;
  readonly #env: ControllerEnv;
  readonly #world: World;
  readonly #finder: NodeFinder;
  readonly #events: SchedulerEvents;
  /** Pods that wait until their volumes are bound, and where they will go then. */
  readonly #binding = new Map<string, string>();

  constructor(env: ControllerEnv, world: World) {
    this.#env = env;
    this.#world = world;
    this.#finder = new NodeFinder(world);
    this.#events = new SchedulerEvents(env);
    this.queue = new SchedulingQueue({
      world,
      nowMs: () => env.clock.now(),
      ask: (key, afterMs) => env.enqueue(key, afterMs),
    });
  }

  /** Takes the next pod, whichever it is. */
  async next(): Promise<void> {
    const queued = this.queue.take();
    if (queued) await this.#schedule(queued);
    this.queue.askAgain();
  }

  /** Whether a pod has a node and waits for its volumes. */
  isBinding(uid: string): boolean {
    return this.#binding.has(uid);
  }

  /** The claims of a pod that waits for them have changed. */
  volumesChanged(uid: string): void {
    if (this.#binding.has(uid)) this.queue.activate(uid);
  }

  /** Forgets a pod that is gone or has got its node. */
  forget(uid: string): void {
    this.#binding.delete(uid);
    this.queue.delete(uid);
  }

  async #schedule({ pod }: Queued): Promise<void> {
    const { cluster } = this.#world;
    const kept = this.#release(pod);
    const attempt: Attempt | undefined = cluster.nodes.length === 0 ? undefined : this.#finder.attempt(pod, kept);
    if (!attempt) return this.#fail(pod, { message: NO_NODES, rejectors: NO_NODE_YET, nominatedNode: '' });
    if ('misfit' in attempt) return this.#fail(pod, this.#makeRoom(attempt));
    const { node, cycle } = attempt;
    cluster.nominate(pod, '');
    cluster.add(pod, node.name);
    const plan = cycle.volumePlans.get(node.name);
    const devices = cycle.devicePlans.get(node.name);
    if (plan && !isPlanEmpty(plan)) await this.#bindVolumes(pod, plan, node.name);
    else if (!devices || (await this.#takeDevices(pod, devices))) await this.#bind(pod, node.name);
  }

  /** What preemption can do for a pod, and the words for it. */
  #makeRoom({ misfit, run }: Extract<Attempt, { misfit: Misfit }>): Failure {
    const rejectors = misfit.plugins;
    if (!run) return { message: fitMessage(misfit, unaskedText(misfit)), rejectors };
    const { candidate, message, isNominationVoid } = preempt(run, misfit, {
      budgets: this.#env.lister<PodDisruptionBudget>(BUDGETS).list(),
      nowMs: this.#env.clock.now(),
      fraction: this.#env.random.of('preemption').fraction(),
    });
    return {
      message: fitMessage(misfit, message),
      rejectors,
      ...(isNominationVoid && { nominatedNode: '' }),
      ...(candidate && { candidate, nominatedNode: candidate.node }),
    };
  }

  async #fail(pod: PodInfo, { message, rejectors, nominatedNode, candidate }: Failure): Promise<void> {
    const { pod: object, uid } = pod;
    this.queue.refuse(uid, rejectors);
    if (nominatedNode !== undefined) this.#world.cluster.nominate(pod, nominatedNode);
    if (candidate) this.queue.hold(uid);
    const report = this.#report(pod, 'Unschedulable', message, nominatedNode, object);
    await Promise.all(candidate ? [report, this.#evict(pod, candidate)] : [report]);
  }

  async #report(pod: PodInfo, reason: string, message: string, nominatedNode: string | undefined, object = pod.pod) {
    this.#events.tell(object, { type: 'Warning', reason: 'FailedScheduling', action: 'Scheduling', note: message });
    const condition = { type: 'PodScheduled', status: 'False', reason, message } as const;
    await writeStatus(object, { condition, nominatedNode }, this.#env.client, this.#env.clock.now());
  }

  async #evict(pod: PodInfo, candidate: Candidate): Promise<void> {
    const { cluster } = this.#world;
    const yielding = [...(cluster.nominatedFor(candidate.node) ?? [])].filter((other) => other.priority < pod.priority);
    let isUrgent = true;
    try {
      await makeRoom(
        candidate,
        pod.pod,
        yielding.map((other) => other.pod),
        this.#env,
        this.#events,
      );
      isUrgent = false;
    } catch (err) {
      this.#env.log.warn({ ...loggedError(err), pod: pod.uid }, 'preemption failed');
    }
    for (const other of yielding) {
      cluster.nominate(other, '');
      this.queue.activate(other.uid);
    }
    this.queue.release(pod.uid, isUrgent);
  }

  /** The pod waits for the binder; a change of its claims brings it back. */
  async #bindVolumes(pod: PodInfo, plan: VolumePlan, node: string): Promise<void> {
    const { assumedVolumes } = this.#world;
    assumePlan(plan, node, assumedVolumes);
    this.#binding.set(pod.uid, node);
    this.queue.refuse(pod.uid, new Set());
    // What the claims say meanwhile is looked at when all is written.
    this.queue.hold(pod.uid);
    try {
      await writeStatus(pod.pod, { nominatedNode: node }, this.#env.client, this.#env.clock.now());
      await carryOut(plan, node, this.#env.client);
      this.queue.release(pod.uid, false);
    } catch (error) {
      this.#release(pod);
      forgetPlan(plan, assumedVolumes);
      // Somebody else was faster: the informers will say what holds now.
      this.queue.release(pod.uid, isOutdated(error));
      if (!isOutdated(error)) await this.#failed(pod, `running PreBind plugin "VolumeBinding": ${textOf(error)}`);
    }
  }

  /** @returns whether the pod has its devices */
  async #takeDevices(pod: PodInfo, plan: DevicePlan): Promise<boolean> {
    const { assumedDevices } = this.#world;
    for (const [claim, allocation] of plan.allocations) assumedDevices.assume(claim, allocation);
    try {
      await carryOutDevices(plan, pod.pod, this.#env.client, this.#env.clock.now());
      return true;
    } catch (error) {
      for (const claim of plan.allocations.keys()) assumedDevices.forget(claim);
      await this.#bindingFailed(pod, error, 'running PreBind plugin "DynamicResources"');
      return false;
    }
  }

  /** @returns the node that was kept for the pod while its volumes were bound */
  #release({ uid }: PodInfo): string | undefined {
    const node = this.#binding.get(uid);
    if (node !== undefined) this.#world.cluster.remove(uid);
    this.#binding.delete(uid);
    return node;
  }

  /** The node counts the pod from now on, not only when the informer says so. */
  async #bind(pod: PodInfo, node: string): Promise<void> {
    const { name = '', namespace = '', uid = '' } = pod.pod.metadata;
    const object = pod.pod;
    try {
      const target = { kind: 'Node', name: node };
      const binding = { kind: 'Binding', apiVersion: 'v1', metadata: { name, namespace, uid }, target };
      await this.#env.client.create('v1/pods', binding, 'binding');
    } catch (error) {
      await this.#bindingFailed(pod, error, 'running Bind plugin "DefaultBinder"');
      return;
    }
    const note = `Successfully assigned ${namespace}/${name} to ${node}`;
    this.#events.tell(object, { type: 'Normal', reason: 'Scheduled', action: 'Binding', note });
  }

  async #bindingFailed(pod: PodInfo, error: unknown, what: string): Promise<void> {
    this.#world.cluster.remove(pod.uid);
    this.queue.tell({ source: 'assigned-pod', before: pod.pod });
    // Somebody else has bound or deleted it; the informer will say so.
    if (isOutdated(error)) this.queue.fail(pod.uid);
    else await this.#failed(pod, `${what}: ${textOf(error)}`);
  }

  async #failed(pod: PodInfo, message: string): Promise<void> {
    this.queue.fail(pod.uid);
    await this.#report(pod, 'SchedulerError', message, '');
  }
}

/** Preemption is asked only when the plugin of dynamic resources has looked at the pod. */
function unaskedText({ plugins, total }: Misfit): string {
  if (!plugins.has('DynamicResources')) return UNASKED;
  return `preemption: 0/${total} nodes are available: ${total} Preemption is not helpful for scheduling.`;
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const isOutdated = (error: unknown): boolean => error instanceof ApiError && (error.code === 404 || error.code === 409);
