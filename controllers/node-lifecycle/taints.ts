/** Which taints a node has to have by its conditions. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Node, Taint } from '../../server/kube/types.gen.ts';
import { readyConditionOf } from './node.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** The taint that a condition means: type, status, key. */
const BY_CONDITION: readonly (readonly [type: string, status: string, key: string])[] = [
  ['Ready', 'False', NOT_READY],
  ['Ready', 'Unknown', UNREACHABLE],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
];
const NO_SCHEDULE_KEYS: ReadonlySet<string> = new Set([UNSCHEDULABLE, ...BY_CONDITION.map(([, , key]) => key)]);

type Wanted = Pick<Taint, 'key' | 'effect'>;

const isSame = (one: Wanted, other: Wanted): boolean => one.key === other.key && one.effect === other.effect;

function hasTaint({ spec }: Frozen<Node>, wanted: Wanted): boolean {
  return (spec.taints ?? []).some((taint) => isSame(taint, wanted));
}

/** Keeps new pods away. */
function noSchedule({ spec, status }: Frozen<Node>): Wanted[] {
  const keys = (status.conditions ?? []).flatMap((condition) =>
    BY_CONDITION.filter(([type, value]) => type === condition.type && value === condition.status).map(
      ([, , key]) => key,
    ),
  );
  return (spec.unschedulable ? [...keys, UNSCHEDULABLE] : keys).map((key) => ({ key, effect: 'NoSchedule' }));
}

/** The taint that drives pods off a node, and the one that it excludes. */
export interface Eviction {
  readonly key: string;
  readonly opposite: string;
}

/** Undefined while a node is ready, or has not said yet how it is. */
export function evictionOf(node: Frozen<Node>): Eviction | undefined {
  const status = readyConditionOf(node)?.status;
  if (status === 'False') return { key: NOT_READY, opposite: UNREACHABLE };
  if (status === 'Unknown') return { key: UNREACHABLE, opposite: NOT_READY };
  return undefined;
}

const noExecute = (key: string): Wanted => ({ key, effect: 'NoExecute' });

/** Whether pods have not been told yet to leave a node that is not ready. */
export function wantsEviction(node: Frozen<Node>): boolean {
  const eviction = evictionOf(node);
  return eviction !== undefined && !hasTaint(node, noExecute(eviction.key));
}

/**
 * The taints of a node as they should be.
 *
 * @param evicts whether it is the node's turn to lose its pods; one that is tainted so already only changes the key
 * @param reachable whether the node counts as ready, so that its pods may stay
 * @returns undefined when they are as they should be
 */
export function reconciledTaints(
  node: Frozen<Node>,
  timeAdded: string,
  { evicts = false, reachable = false }: { readonly evicts?: boolean; readonly reachable?: boolean } = {},
): Frozen<Taint>[] | undefined {
  const given = node.spec.taints ?? [];
  const wanted = noSchedule(node);
  const unwanted: Wanted[] = [];
  const eviction = evictionOf(node);
  if (reachable) unwanted.push(noExecute(NOT_READY), noExecute(UNREACHABLE));
  else if (eviction && (evicts || hasTaint(node, noExecute(eviction.opposite)))) {
    wanted.push(noExecute(eviction.key));
    unwanted.push(noExecute(eviction.opposite));
  }
  const isOurs = ({ key, effect }: Wanted): boolean => effect === 'NoSchedule' && NO_SCHEDULE_KEYS.has(key);
  const kept = given.filter(
    (taint) =>
      !unwanted.some((other) => isSame(taint, other)) &&
      (!isOurs(taint) || wanted.some((other) => isSame(taint, other))),
  );
  const missing = wanted.filter((taint) => !kept.some((other) => isSame(taint, other)));
  if (kept.length === given.length && missing.length === 0) return undefined;
  return [...kept, ...missing.map((taint) => ({ ...taint, timeAdded }))];
}
