/** kube-scheduler: gives pods their nodes, by resources, selectors, taints, host ports and spreading. */
import type { Cancel } from '../../server/base/clock.ts';
import { rfc3339, rfc3339Micro } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Node, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { namedNodes } from '../lib/node-selector.ts';
import { fitMessage, type Obstacle, obstacleOf } from './filters.ts';
import { NodeInfo } from './node-info.ts';

const NAME = 'default-scheduler';

function waits(pod: Frozen<Pod>): boolean {
  const { nodeName, schedulerName, schedulingGates } = pod.spec;
  if (nodeName || schedulerName !== NAME || schedulingGates?.length) return false;
  return (
    pod.metadata.deletionTimestamp === undefined && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed'
  );
}

const isOver = ({ status }: Frozen<Pod>): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';

/** What the scheduler knows of the cluster; kept up to date by the informers. */
class Scheduler {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Pods that could not be placed: they are tried again when something changes that could help. */
  readonly #unplaced = new Map<string, Key>();
  readonly #placed = new Map<string, string>();

  start(env: ControllerEnv): Cancel {
    const nodes = env.onChange<Node>('v1/nodes', ({ before, now }) => this.#nodeChanged(before, now, env));
    const pods = env.onChange<Pod>('v1/pods', ({ before, now }) => this.#podChanged(before, now, env));
    return () => {
      nodes();
      pods();
    };
  }

  #nodeChanged(before: Frozen<Node> | undefined, now: Frozen<Node> | undefined, env: ControllerEnv): void {
    const name = (now ?? before)?.metadata.name ?? '';
    if (!now) {
      this.#nodes.delete(name);
      return;
    }
    const info = this.#nodes.get(name);
    if (info) info.update(now);
    else {
      const added = new NodeInfo(now);
      for (const pod of env.lister<Pod>('v1/pods').onNode(name)) if (!isOver(pod)) added.add(pod);
      this.#nodes.set(name, added);
    }
    const counts = ({ spec, metadata, status }: Frozen<Node>): unknown => [spec, metadata.labels, status.allocatable];
    if (!before || !deepEqual(counts(before), counts(now))) this.#retry(env);
  }

  #podChanged(before: Frozen<Pod> | undefined, now: Frozen<Pod> | undefined, env: ControllerEnv): void {
    const pod = now ?? before;
    const uid = pod?.metadata.uid ?? '';
    const gone = !now || isOver(now);
    if (gone) {
      this.#unplaced.delete(uid);
      const node = this.#placed.get(uid) ?? before?.spec.nodeName;
      this.#placed.delete(uid);
      if (!node) return;
      this.#nodes.get(node)?.remove(uid);
      this.#retry(env);
    } else if (now.spec.nodeName) {
      this.#unplaced.delete(uid);
      this.#placed.set(uid, now.spec.nodeName);
      if (before?.spec.nodeName !== now.spec.nodeName) this.#nodes.get(now.spec.nodeName)?.add(now);
    }
  }

  #retry(env: ControllerEnv): void {
    for (const key of this.#unplaced.values()) env.enqueue(key);
    this.#unplaced.clear();
  }

  async schedule(key: Key, env: ControllerEnv): Promise<undefined> {
    const pod = env.lister<Pod>('v1/pods').get(key);
    const uid = pod?.metadata.uid ?? '';
    if (!pod || !waits(pod) || this.#placed.has(uid)) return;
    const obstacles: Obstacle[] = [];
    const candidates: NodeInfo[] = [];
    const names = namedNodes(pod);
    // The preemption plugin has no node to speak of, and says so.
    if (names?.size === 0 && this.#nodes.size > 0)
      return this.#refuse(
        pod,
        `0/${this.#nodes.size} nodes are available: pod affinity terms conflict. not found`,
        env,
      );
    for (const info of this.#nodesNamed(names)) {
      const obstacle = obstacleOf(pod, info);
      if (obstacle) obstacles.push(obstacle);
      else candidates.push(info);
    }
    const chosen = best(pod, candidates, env.random.fraction());
    if (!chosen) return this.#refuse(pod, fitMessage(obstacles, this.#nodes.size), env);
    await this.#bind(pod, chosen, env);
  }

  /** Pods that name their nodes, as those of daemon sets do, need no look at the others. */
  #nodesNamed(names: ReadonlySet<string> | undefined): Iterable<NodeInfo> {
    if (!names) return this.#nodes.values();
    return [...names].flatMap((name) => this.#nodes.get(name) ?? []);
  }

  /** The node counts the pod from now on, not only when the informer says so. */
  async #bind(pod: Frozen<Pod>, info: NodeInfo, env: ControllerEnv): Promise<void> {
    const { name = '', namespace = '', uid = '' } = pod.metadata;
    const node = info.node.metadata.name ?? '';
    info.add(pod);
    this.#placed.set(uid, node);
    try {
      const target = { kind: 'Node', name: node };
      await env.client.create(
        'v1/pods',
        { kind: 'Binding', apiVersion: 'v1', metadata: { name, namespace, uid }, target },
        'binding',
      );
    } catch (error) {
      info.remove(uid);
      this.#placed.delete(uid);
      if (error instanceof ApiError && (error.code === 404 || error.code === 409)) return;
      throw error;
    }
    tell(pod, 'Normal', 'Scheduled', 'Binding', `Successfully assigned ${namespace}/${name} to ${node}`, env);
  }

  async #refuse(pod: Frozen<Pod>, message: string, env: ControllerEnv): Promise<undefined> {
    this.#unplaced.set(pod.metadata.uid ?? '', keyOf(pod));
    const before = pod.status.conditions?.find(({ type }) => type === 'PodScheduled');
    if (before?.status === 'False' && before.message === message) return;
    const now = rfc3339(env.clock.now());
    const condition = {
      type: 'PodScheduled',
      status: 'False',
      reason: 'Unschedulable',
      message,
      lastProbeTime: null,
      lastTransitionTime: before?.status === 'False' ? before.lastTransitionTime : now,
      ...(pod.metadata.generation !== undefined && { observedGeneration: pod.metadata.generation }),
    };
    try {
      await env.client.patch('v1/pods', keyOf(pod), 'strategic', { status: { conditions: [condition] } }, 'status');
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
      return;
    }
    tell(pod, 'Warning', 'FailedScheduling', 'Scheduling', message, env);
  }
}

/** Nodes with the fewest pods of the same owner, then the emptiest, then any. */
function best(pod: Frozen<Pod>, candidates: readonly NodeInfo[], fraction: number): NodeInfo | undefined {
  let chosen: NodeInfo[] = [];
  let score: readonly number[] = [];
  for (const info of candidates) {
    const own = [-info.siblings(pod), info.freeShare(pod), -info.podCount];
    const order = own.findIndex((value, i) => value !== score[i]);
    if (chosen.length > 0 && order < 0) chosen.push(info);
    else if (chosen.length === 0 || (own[order] ?? 0) > (score[order] ?? 0)) {
      chosen = [info];
      score = own;
    }
  }
  return chosen[Math.floor(fraction * chosen.length)];
}

/** The scheduler tells its Events in the newer form, which has an action and no count. */
function tell(
  pod: Frozen<KubeObject>,
  type: string,
  reason: string,
  action: string,
  note: string,
  env: ControllerEnv,
): void {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = pod.metadata;
  const nowMs = env.clock.now();
  const event = {
    metadata: {
      name: `${name}.${(BigInt(nowMs) * 1_000_000n + BigInt(Math.floor(env.random.fraction() * 1e6))).toString(16)}`,
      namespace,
    },
    eventTime: rfc3339Micro(nowMs),
    reportingController: NAME,
    reportingInstance: `${NAME}-fauxkube`,
    action,
    reason,
    regarding: { kind: 'Pod', namespace, name, uid, apiVersion: 'v1', resourceVersion },
    note,
    type,
  };
  env.writeEvent('events.k8s.io/v1/events', event);
}

/** Made anew for each cluster: a scheduler remembers what it placed. */
export function createScheduler(): ControllerDefinition {
  const scheduler = new Scheduler();
  return {
    name: 'scheduler',
    account: 'kube-scheduler',
    agent: 'kube-scheduler',
    user: { name: 'system:kube-scheduler', groups: ['system:authenticated'] },
    watches: [{ resource: 'v1/pods', keys: (pod) => (waits(pod as Frozen<Pod>) ? [keyOf(pod)] : []) }],
    reads: ['v1/nodes'],
    workers: 32,
    start: (env) => scheduler.start(env),
    reconcile: (key, env) => scheduler.schedule(key, env),
  };
}
