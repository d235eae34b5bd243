/** Deletes pods from nodes whose taints they do not tolerate: k8s.io/kubernetes/pkg/controller/tainteviction. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, type KubeObject, keyOf, keyText } from '../../server/kube/object.ts';
import type { Node, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { evictingTaints, toleratedMs } from './tolerance.ts';

const NODES = 'v1/nodes';

type Again = { readonly againInMs: number } | undefined;

const nodeOf = (pod: Frozen<Pod>, env: ControllerEnv): Frozen<Node> | undefined =>
  env.lister<Node>(NODES).get({ namespace: '', name: pod.spec.nodeName ?? '' });

/** Upstream's Events about pods name neither uid nor version. */
const reference = ({ namespace, name }: Key): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace },
});

class TaintEviction {
  /** When pods have to go that may stay for some time. */
  readonly #dueMs = new Map<string, number>();
  /** Uids of pods that were told to go, by key. */
  readonly #evicted = new Map<string, string>();

  /** Most changes of pods and nodes are about something else. */
  keysOfPod(pod: Frozen<Pod>, env: ControllerEnv): readonly Key[] {
    if (this.#dueMs.size > 0 || this.#evicted.size > 0) {
      const key = keyText(keyOf(pod));
      if (this.#dueMs.has(key) || this.#evicted.has(key)) return [keyOf(pod)];
    }
    return pod.spec.nodeName && evictingTaints(nodeOf(pod, env)).length > 0 ? [keyOf(pod)] : [];
  }

  keysOfNode(node: Frozen<Node>, env: ControllerEnv): readonly Key[] {
    if (evictingTaints(node).length === 0 && this.#dueMs.size === 0 && this.#evicted.size === 0) return [];
    return env
      .lister<Pod>(PODS)
      .onNode(node.metadata.name ?? '')
      .flatMap((pod) => this.keysOfPod(pod, env));
  }

  async reconcile(key: Key, env: ControllerEnv): Promise<Again> {
    const text = keyText(key);
    const pod = env.lister<Pod>(PODS).get(key);
    if (this.#evicted.has(text) && this.#evicted.get(text) !== pod?.metadata.uid) this.#evicted.delete(text);
    if (!pod) return this.#cancel(key, env);
    const taints = evictingTaints(nodeOf(pod, env));
    if (taints.length === 0) {
      this.#evicted.delete(text);
      return this.#cancel(key, env);
    }
    const forMs = toleratedMs(taints, pod.spec.tolerations);
    if (forMs === Number.POSITIVE_INFINITY) return this.#cancel(key, env);
    const nowMs = env.clock.now();
    if (forMs === 0) this.#cancel(key, env);
    else {
      // A time that is set stays, whatever changes but that it is taken back.
      const dueMs = this.#dueMs.get(text) ?? nowMs + forMs;
      if (!this.#evicted.has(text) && dueMs > nowMs) {
        this.#dueMs.set(text, dueMs);
        return { againInMs: dueMs - nowMs };
      }
    }
    if (!this.#evicted.has(text)) {
      env.event(reference(key), 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${text}`);
      this.#evicted.set(text, pod.metadata.uid ?? '');
    }
    await evict(pod, env);
    this.#dueMs.delete(text);
    return undefined;
  }

  #cancel(key: Key, env: ControllerEnv): undefined {
    const text = keyText(key);
    if (this.#dueMs.delete(text))
      env.event(reference(key), 'Normal', 'TaintManagerEviction', `Cancelling deletion of Pod ${text}`);
  }
}

async function evict(pod: Frozen<Pod>, { client, clock }: ControllerEnv): Promise<void> {
  if (pod.metadata.deletionTimestamp !== undefined && isDisrupted(pod)) return;
  const { uid = '', generation } = pod.metadata;
  const condition = {
    type: 'DisruptionTarget',
    ...(generation !== undefined && { observedGeneration: generation }),
    status: 'True',
    reason: 'DeletionByTaintManager',
    message: 'Taint manager: deleting due to NoExecute taint',
    lastProbeTime: null,
    lastTransitionTime: rfc3339(clock.now()),
  };
  try {
    if (!isDisrupted(pod)) {
      const patch = { metadata: { uid }, status: { conditions: [condition] } };
      await client.patch(PODS, keyOf(pod), 'strategic', patch, 'status');
    }
    await client.delete(PODS, keyOf(pod), { uid });
  } catch (error) {
    // Gone already, or another pod has its name by now.
    if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
  }
}

function isDisrupted({ status }: Frozen<Pod>): boolean {
  return (status.conditions ?? []).some(
    ({ type, reason }) => type === 'DisruptionTarget' && reason === 'DeletionByTaintManager',
  );
}

/** Made anew for each cluster: it remembers which pods were told to go. */
export function createTaintEviction(): ControllerDefinition {
  const eviction = new TaintEviction();
  return {
    name: 'taint-eviction-controller',
    account: 'node-controller',
    eventSource: 'taint-eviction-controller',
    concerns: (resource, pod) => resource === 'pods' && (pod as Frozen<Pod>).spec.nodeName !== undefined,
    queue: 'noexec_taint_pod',
    watches: [
      { resource: PODS, keys: (pod, env) => eviction.keysOfPod(pod as Frozen<Pod>, env) },
      { resource: NODES, keys: (node, env) => eviction.keysOfNode(node as Frozen<Node>, env) },
    ],
    reconcile: (key, env) => eviction.reconcile(key, env),
  };
}
