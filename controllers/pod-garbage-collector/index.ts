/** Finishes pods that no kubelet will finish: k8s.io/kubernetes/pkg/controller/podgc. */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { Node, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { failAndDelete } from './removal.ts';

const NODES = 'v1/nodes';
/** How long a node has to be missing: an informer may be behind, and a node may be made anew. */
const QUARANTINE_MS = 40 * 1000;
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service';

const nodeKey = (name: string): Key => ({ namespace: '', name });
const isDeleted = ({ metadata }: Frozen<Pod>): boolean => metadata.deletionTimestamp !== undefined;

/** Somebody says that the machine is off: its pods can be given up at once. */
function isOutOfService({ spec, status }: Frozen<Node>): boolean {
  const isReady = status.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True');
  return !isReady && (spec.taints ?? []).some(({ key }) => key === OUT_OF_SERVICE);
}

/** Pods without a node that are being deleted have keys of their own; all others go by their node. */
function keysOfPod(pod: Frozen<Pod>, env: ControllerEnv): readonly Key[] {
  const { nodeName = '' } = pod.spec;
  if (nodeName === '') return isDeleted(pod) ? [keyOf(pod)] : [];
  const node = env.lister<Node>(NODES).get(nodeKey(nodeName));
  return !node || (isDeleted(pod) && isOutOfService(node)) ? [nodeKey(nodeName)] : [];
}

/** Made anew for each cluster: it remembers since when nodes are missing. */
export function createPodGarbageCollector(): ControllerDefinition {
  const missingSince = new Map<string, number>();

  function keysOfNode({ metadata }: Frozen<Node>, env: ControllerEnv): readonly Key[] {
    const key = nodeKey(metadata.name ?? '');
    const node = env.lister<Node>(NODES).get(key);
    return !node || missingSince.has(key.name) || isOutOfService(node) ? [key] : [];
  }

  async function collectOn(key: Key, env: ControllerEnv): Promise<{ readonly againInMs: number } | undefined> {
    const node = env.lister<Node>(NODES).get(key);
    const pods = env.lister<Pod>(PODS).onNode(key.name);
    if (node || pods.length === 0) missingSince.delete(key.name);
    if (node) {
      if (isOutOfService(node)) for (const pod of pods) if (isDeleted(pod)) await failAndDelete(pod, env);
      return undefined;
    }
    if (pods.length === 0) return undefined;
    const nowMs = env.clock.now();
    const sinceMs = missingSince.get(key.name) ?? nowMs;
    missingSince.set(key.name, sinceMs);
    const leftMs = sinceMs + QUARANTINE_MS - nowMs;
    if (leftMs > 0) return { againInMs: leftMs };
    if (await exists(key, env)) return undefined;
    for (const pod of pods) await failAndDelete(pod, env, 'PodGC: node no longer exists');
    return undefined;
  }

  return {
    name: 'pod-garbage-collector-controller',
    queue: 'orphaned_pods_nodes',
    account: 'pod-garbage-collector',
    concerns: (resource, pod) => resource === 'pods' && isDeleted(pod as Frozen<Pod>),
    watches: [
      { resource: PODS, keys: (pod, env) => keysOfPod(pod as Frozen<Pod>, env) },
      { resource: NODES, keys: (node, env) => keysOfNode(node as Frozen<Node>, env) },
    ],
    async reconcile(key, env) {
      if (key.namespace === '') return collectOn(key, env);
      const pod = env.lister<Pod>(PODS).get(key);
      if (pod && isDeleted(pod) && !pod.spec.nodeName) await failAndDelete(pod, env);
      return undefined;
    },
  };
}

async function exists(key: Key, { client }: ControllerEnv): Promise<boolean> {
  try {
    await client.get(NODES, key);
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return false;
    throw error;
  }
}
