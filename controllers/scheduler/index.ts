/** kube-scheduler: gives pods their nodes, by resources, selectors, taints, host ports, volumes and spreading. */
import type { Cancel } from '../../server/base/clock.ts';
import { rfc3339, rfc3339Micro } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Node, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { namedNodes } from '../lib/node-selector.ts';
import { CLAIMS, CLASSES, VOLUMES } from '../lib/volumes/matching.ts';
import { fitMessage, type Obstacle, obstacleOf, refusalMessage } from './filters.ts';
import { NodeInfo } from './node-info.ts';
import { isClaimTaken, volumeNeeds } from './volume-needs.ts';
import { carryOut, isPlanEmpty, planVolumes, type VolumePlan } from './volume-plan.ts';

const NAME = 'default-scheduler';

function waits(pod: Frozen<Pod>): boolean {
  const { nodeName, schedulerName, schedulingGates } = pod.spec;
  if (nodeName || schedulerName !== NAME || schedulingGates?.length) return false;
  return (
    pod.metadata.deletionTimestamp === undefined && pod.status.phase !== 'Succeeded' && pod.status.phase !== 'Failed'
  );
}

const CLAIM_TAKEN: Obstacle = {
  reasons: [
    'node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod',
  ],
  helpless: false,
};

const isOver = ({ status }: Frozen<Pod>): boolean => status.phase === 'Succeeded' || status.phase === 'Failed';

/** What the scheduler knows of the cluster; kept up to date by the informers. */
class Scheduler {
  readonly #nodes = new Map<string, NodeInfo>();
  /** Pods that could not be placed: they are tried again when something changes that could help. */
  readonly #unplaced = new Map<string, Key>();
  readonly #placed = new Map<string, string>();
  /** Nodes of pods whose volumes are being bound; a pod counts there meanwhile. */
  readonly #reserved = new Map<string, string>();

  start(env: ControllerEnv): Cancel {
    const nodes = env.onChange<Node>('v1/nodes', ({ before, now }) => this.#nodeChanged(before, now, env));
    const pods = env.onChange<Pod>('v1/pods', ({ before, now }) => this.#podChanged(before, now, env));
    const claims = env.onChange(CLAIMS, ({ before, now }) => {
      const claim = now ?? before;
      if (!claim) return;
      for (const pod of env.lister<Pod>('v1/pods').usingClaim(keyOf(claim)))
        if (waits(pod) && !this.#placed.has(pod.metadata.uid ?? '')) env.enqueue(keyOf(pod));
    });
    const volumes = [VOLUMES, CLASSES].map((resource) => env.onChange(resource, () => this.#retryWithClaims(env)));
    return () => {
      for (const cancel of [nodes, pods, claims, ...volumes]) cancel();
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
      const node = this.#placed.get(uid) ?? this.#reserved.get(uid) ?? before?.spec.nodeName;
      this.#placed.delete(uid);
      this.#reserved.delete(uid);
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

  #retryWithClaims(env: ControllerEnv): void {
    for (const [uid, key] of this.#unplaced) {
      const pod = env.lister<Pod>('v1/pods').get(key);
      if (!pod?.spec.volumes?.some(({ persistentVolumeClaim, ephemeral }) => persistentVolumeClaim ?? ephemeral))
        continue;
      env.enqueue(key);
      this.#unplaced.delete(uid);
    }
  }

  async schedule(key: Key, env: ControllerEnv): Promise<undefined> {
    const pod = env.lister<Pod>('v1/pods').get(key);
    const uid = pod?.metadata.uid ?? '';
    if (!pod || !waits(pod) || this.#placed.has(uid)) return;
    const needs = volumeNeeds(pod, env);
    const reserved = this.#release(uid);
    if (needs?.refusal !== undefined) return this.#refuse(pod, refusalMessage(this.#nodes.size, needs.refusal), env);
    const obstacles: Obstacle[] = [];
    const names = namedNodes(pod);
    if (names?.size === 0 && this.#nodes.size > 0)
      return this.#refuse(pod, refusalMessage(this.#nodes.size, 'pod affinity terms conflict'), env);
    const candidates = new Map<NodeInfo, VolumePlan | undefined>();
    const isTaken = needs !== undefined && isClaimTaken(needs, pod, (other) => this.#hasNode(other), env);
    for (const info of this.#nodesNamed(names)) {
      const obstacle = obstacleOf(pod, info) ?? (isTaken ? CLAIM_TAKEN : undefined);
      const plan = needs && !obstacle ? planVolumes(needs, info.node, env) : undefined;
      if (obstacle) obstacles.push(obstacle);
      else if (isRefused(plan)) obstacles.push({ reasons: plan, helpless: true });
      else candidates.set(info, plan);
    }
    const infos = [...candidates.keys()];
    // Where volumes have been bound for the pod, there it goes.
    const kept = reserved === undefined ? undefined : infos.find(({ node }) => node.metadata.name === reserved);
    const chosen = kept ?? best(pod, infos, env.random.fraction());
    if (!chosen) return this.#refuse(pod, fitMessage(obstacles, this.#nodes.size), env);
    const plan = candidates.get(chosen);
    if (plan && !isPlanEmpty(plan)) await this.#bindVolumes(pod, plan, chosen, env);
    else await this.#bind(pod, chosen, env);
  }

  #hasNode({ metadata: { uid = '' }, spec }: Frozen<Pod>): boolean {
    return Boolean(spec.nodeName) || this.#placed.has(uid) || this.#reserved.has(uid);
  }

  /** The pod waits for the binder; a change of its claims brings it back. */
  async #bindVolumes(pod: Frozen<Pod>, plan: VolumePlan, info: NodeInfo, env: ControllerEnv): Promise<void> {
    const { uid = '' } = pod.metadata;
    const node = info.node.metadata.name ?? '';
    info.add(pod);
    this.#reserved.set(uid, node);
    try {
      await carryOut(plan, node, env);
    } catch (error) {
      this.#release(uid);
      throw error;
    }
  }

  /** @returns the node that was kept for the pod */
  #release(uid: string): string | undefined {
    const node = this.#reserved.get(uid);
    if (node !== undefined) this.#nodes.get(node)?.remove(uid);
    this.#reserved.delete(uid);
    return node;
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

function isRefused(plan: VolumePlan | readonly string[] | undefined): plan is readonly string[] {
  return Array.isArray(plan);
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
    reads: ['v1/nodes', CLAIMS, VOLUMES, CLASSES],
    workers: 32,
    start: (env) => scheduler.start(env),
    reconcile: (key, env) => scheduler.schedule(key, env),
  };
}
