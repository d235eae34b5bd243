/** Tells by conditions and taints which nodes can be relied on: k8s.io/kubernetes/pkg/controller/nodelifecycle. */
import { type Cancel, rfc3339, steadyMs } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { nextTurn } from '../../server/base/turn.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { Lease, Node, Pod } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { JOINT_WORKERS } from '../lib/joint-patches.ts';
import { PODS } from '../lib/pods.ts';
import { NodeHealths } from './health.ts';
import { reconciledLabels } from './labels.ts';
import { NODES, nodeKey, nodeReference, readyConditionOf, zoneOf } from './node.ts';
import { markPodsNotReady } from './pods-not-ready.ts';
import { evictionOf, reconciledTaints, wantsEviction } from './taints.ts';
import { unknownConditions } from './unknown.ts';
import { Zones } from './zones.ts';

const LEASES = 'coordination.k8s.io/v1/leases';
const LEASE_NAMESPACE = 'kube-node-lease';
const EXCLUDED = 'node.kubernetes.io/exclude-disruption';

/** Keys that are neither nodes nor pods; no namespace has such a name. */
const ASSESSMENT: Key = { namespace: '#zones', name: '' };
const ZONE = '#zone';

/** How often a write is tried against the writes of others. */
const ATTEMPTS = 5;

type Again = { readonly againInMs: number } | undefined;

class NodeLifecycle {
  /** Uids by name. */
  readonly #known = new Map<string, string>();
  readonly #healths = new NodeHealths();
  readonly #zones = new Zones();
  /** Nodes whose pods could not all be marked. */
  readonly #unmarked = new Set<string>();
  #sweep: { readonly atMs: number; readonly cancel: Cancel } | undefined;

  /** Leases come often and mean little: they are noted, and change nothing by themselves. */
  start(env: ControllerEnv): Cancel {
    const cancels = [
      env.onChange<Lease>(LEASES, ({ now }) => {
        if (now?.metadata.namespace === LEASE_NAMESPACE) this.#healths.renewed(now, env.clock);
      }),
      env.onChange<Pod>(PODS, ({ before, now }) => {
        if (!now?.spec.nodeName || now.spec.nodeName === before?.spec.nodeName) return;
        const node = env.lister<Node>(NODES).get(nodeKey(now.spec.nodeName));
        if (node && evictionOf(node)) env.enqueue(keyOf(now));
      }),
      () => {
        this.#sweep?.cancel();
        this.#sweep = undefined;
      },
    ];
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  async reconcile(key: Key, env: ControllerEnv): Promise<Again> {
    if (key.namespace === '') return this.#node(key, env);
    if (key.namespace === ASSESSMENT.namespace) return this.#assess(env);
    if (key.namespace === ZONE) return this.#evict(key.name, env);
    return this.#pod(key, env);
  }

  async #node(key: Key, env: ControllerEnv): Promise<undefined> {
    const isNew = !this.#known.has(key.name);
    // Others write to a new node at once, and taints are only changed in the version that they were looked at in.
    if (isNew) await nextTurn();
    const listed = env.lister<Node>(NODES).get(key);
    if (!listed) return this.#gone(key.name, env);
    if (isNew) this.#register(listed, env);
    const lease = env.lister<Lease>(LEASES).get({ namespace: LEASE_NAMESPACE, name: key.name });
    this.#healths.observe(listed, lease, env.clock);
    const isLost =
      this.#healths.isOverdue(key.name, steadyMs(env.clock)) && (await this.#isSilent(key.name, lease, env));
    const node = isLost ? await this.#lose(listed, env) : listed;
    this.#scheduleSweep(env, this.#healths.dueMs(key.name));
    this.#noteZone(node, env);
    const reachable = isNew || readyConditionOf(node)?.status === 'True';
    await this.#write(node, reconciledTaints(node, rfc3339(env.clock.now()), { reachable }), env);
    await this.#markPods(node, readyConditionOf(listed)?.status === 'True', env);
    return undefined;
  }

  #register({ metadata: { name = '', uid = '' } }: Frozen<Node>, env: ControllerEnv): void {
    this.#known.set(name, uid);
    const message = `Node ${name} event: Registered Node ${name} in Controller`;
    env.event(nodeReference(name, uid), 'Normal', 'RegisteredNode', message);
  }

  #gone(name: string, env: ControllerEnv): undefined {
    const uid = this.#known.get(name);
    if (uid === undefined) return;
    const message = `Node ${name} event: Removing Node ${name} from Controller`;
    env.event(nodeReference(name, uid), 'Normal', 'RemovingNode', message);
    this.#known.delete(name);
    this.#healths.forget(name);
    this.#zones.forget(name);
    this.#unmarked.delete(name);
    env.enqueue(ASSESSMENT);
  }

  /** Asks for the lease itself before a node is given up: the informer may be behind. */
  async #isSilent(name: string, known: Frozen<Lease> | undefined, env: ControllerEnv): Promise<boolean> {
    try {
      const lease = await env.client.get<Lease>(LEASES, { namespace: LEASE_NAMESPACE, name });
      if (lease.metadata.resourceVersion === known?.metadata.resourceVersion) return true;
      this.#healths.renewed(lease, env.clock);
      return this.#healths.isOverdue(name, steadyMs(env.clock));
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return true;
      throw error;
    }
  }

  /** @returns the node as it was written, or as it is when it is known to be lost already */
  async #lose(node: Frozen<Node>, env: ControllerEnv): Promise<Frozen<Node>> {
    const ready = readyConditionOf(node);
    if (ready?.status === 'Unknown') return node;
    const conditions = unknownConditions(node, env.clock.now());
    return env.client.update<Node>(NODES, { ...node, status: { ...node.status, conditions } }, 'status');
  }

  #noteZone(node: Frozen<Node>, env: ControllerEnv): void {
    const { name = '', labels } = node.metadata;
    const zone = zoneOf(node);
    const isReady = readyConditionOf(node)?.status === 'True';
    if (labels?.[EXCLUDED] !== undefined) this.#zones.forget(name);
    else if (this.#zones.note(name, zone, isReady)) env.enqueue(ASSESSMENT);
    const waits = wantsEviction(node);
    this.#zones.wait(name, zone, waits);
    if (waits) env.enqueue({ namespace: ZONE, name: zone });
  }

  /** @returns whether it was as it was thought to be, or is gone */
  async #write(node: Frozen<Node>, taints: ReturnType<typeof reconciledTaints>, env: ControllerEnv): Promise<boolean> {
    const labels = reconciledLabels(node);
    if (!taints && !labels) return true;
    const { name = '', resourceVersion } = node.metadata;
    const patch = {
      metadata: { ...(taints && { resourceVersion }), ...(labels && { labels }) },
      ...(taints && { spec: { taints: taints.length === 0 ? null : taints } }),
    };
    try {
      await env.patchJointly(NODES, nodeKey(name), patch);
      return true;
    } catch (error) {
      // Changed or deleted meanwhile: the informer will say so.
      if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
      return error.code === 404;
    }
  }

  async #markPods(node: Frozen<Node>, wasReady: boolean, env: ControllerEnv): Promise<void> {
    const { name = '', uid = '' } = node.metadata;
    const ready = readyConditionOf(node);
    if (!ready || ready.status === 'True') this.#unmarked.delete(name);
    else if (wasReady) {
      const message = `Node ${name} status is now: NodeNotReady`;
      env.event(nodeReference(name, uid), 'Normal', 'NodeNotReady', message);
      this.#unmarked.add(name);
    }
    if (!this.#unmarked.has(name)) return;
    await markPodsNotReady(env.lister<Pod>(PODS).onNode(name), env);
    this.#unmarked.delete(name);
  }

  /** A pod that was placed on a node just before that was lost. */
  async #pod(key: Key, env: ControllerEnv): Promise<undefined> {
    const pod = env.lister<Pod>(PODS).get(key);
    const node = pod && env.lister<Node>(NODES).get(nodeKey(pod.spec.nodeName ?? ''));
    if (pod && node && evictionOf(node)) await markPodsNotReady([pod], env);
    return undefined;
  }

  async #assess(env: ControllerEnv): Promise<undefined> {
    const change = this.#zones.assess(steadyMs(env.clock));
    if (change === 'ended') {
      this.#healths.forgive(steadyMs(env.clock));
      this.#scheduleSweep(env);
    }
    // Where nothing is ready it is us who are cut off: pods may stay where they are.
    if (change === 'begun')
      for (const node of env.lister<Node>(NODES).list())
        await this.#write(node, reconciledTaints(node, rfc3339(env.clock.now()), { reachable: true }), env);
    for (const name of this.#zones.waiting()) env.enqueue({ namespace: ZONE, name });
    return undefined;
  }

  /** Pods of one node after the other have to go, no faster than the zone allows. */
  async #evict(zone: string, env: ControllerEnv): Promise<Again> {
    for (;;) {
      const next = this.#zones.next(zone, steadyMs(env.clock));
      if (!next) return undefined;
      if ('inMs' in next) return { againInMs: next.inMs };
      this.#zones.wait(next.name, zone, false);
      await this.#evictFrom(next.name, env);
    }
  }

  /** Asks for the node itself, and again when somebody else was faster: its turn does not come again soon. */
  async #evictFrom(name: string, env: ControllerEnv): Promise<void> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      try {
        const node = await env.client.get<Node>(NODES, nodeKey(name));
        if (!wantsEviction(node)) return;
        const taints = reconciledTaints(node, rfc3339(env.clock.now()), { evicts: true });
        if (await this.#write(node, taints, env)) return;
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 404)) throw error;
        return;
      }
    }
  }

  /** One timer for all nodes: it looks for those that have been silent for too long. One is due at `dueMs`. */
  #scheduleSweep(env: ControllerEnv, dueMs = 0): void {
    const nowMs = steadyMs(env.clock);
    if (this.#sweep && this.#sweep.atMs > nowMs && this.#sweep.atMs <= dueMs) return;
    const { names, nextMs } = this.#healths.overdue(nowMs);
    for (const name of names) env.enqueue(nodeKey(name));
    this.#sweep?.cancel();
    this.#sweep = undefined;
    if (nextMs === Number.POSITIVE_INFINITY) return;
    const sweep = (): void => {
      this.#sweep = undefined;
      this.#scheduleSweep(env);
    };
    const cancel = env.clock.schedule(nextMs - nowMs, sweep, 'upkeep');
    this.#sweep = { atMs: nextMs, cancel };
  }
}

/** Made anew for each cluster: it remembers when nodes were heard of. */
export function createNodeLifecycle(): ControllerDefinition {
  const lifecycle = new NodeLifecycle();
  return {
    name: 'node-lifecycle-controller',
    account: 'node-controller',
    queue: 'node_lifecycle_controller',
    watches: [self(NODES)],
    reads: [LEASES, PODS],
    workers: JOINT_WORKERS,
    start: (env) => lifecycle.start(env),
    reconcile: (key, env) => lifecycle.reconcile(key, env),
  };
}
