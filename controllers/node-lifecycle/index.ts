/** Tells by taints which nodes are to get no new pods: what upstream's node life-cycle makes of conditions. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Node, Taint } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';

const NODES = 'v1/nodes';
const EFFECT = 'NoSchedule';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** The taint that a condition means: type, status, key. */
const TAINTS: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', 'node.kubernetes.io/not-ready'],
  ['Ready', 'Unknown', 'node.kubernetes.io/unreachable'],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];

/** Whether this controller puts and takes such taints. */
function isOurs({ key, effect }: Frozen<Taint>): boolean {
  return effect === EFFECT && (key === UNSCHEDULABLE || TAINTS.some(([, , known]) => known === key));
}

function keysFor({ spec, status }: Frozen<Node>): string[] {
  const keys = (status.conditions ?? []).flatMap((condition) =>
    TAINTS.filter(([type, value]) => type === condition.type && value === condition.status).map(([, , key]) => key),
  );
  return spec.unschedulable ? [...keys, UNSCHEDULABLE] : keys;
}

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const node = env.lister<Node>(NODES).get(key);
  if (!node) return undefined;
  const given = node.spec.taints ?? [];
  const keys = keysFor(node);
  const kept = given.filter((taint) => !isOurs(taint) || keys.includes(taint.key));
  const missing = keys.filter((wanted) => !kept.some((taint) => isOurs(taint) && taint.key === wanted));
  if (kept.length === given.length && missing.length === 0) return undefined;
  const timeAdded = rfc3339(env.clock.now());
  const taints = [...kept, ...missing.map((taint) => ({ key: taint, effect: EFFECT, timeAdded }))];
  const patch = {
    metadata: { resourceVersion: node.metadata.resourceVersion },
    spec: { taints: taints.length === 0 ? null : taints },
  };
  try {
    await env.client.patch(NODES, key, 'strategic', patch);
  } catch (error) {
    // Changed or deleted meanwhile: the informer will say so.
    if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
  }
  return undefined;
}

export const controller: ControllerDefinition = {
  name: 'node-lifecycle-controller',
  account: 'node-controller',
  queue: 'node_lifecycle_controller',
  watches: [self(NODES)],
  reconcile,
};
