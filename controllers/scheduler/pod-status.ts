/** What the scheduler writes into the status of pods. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import type { Client } from '../lib/client.ts';
import { PODS } from '../lib/pods.ts';

export interface StatusChange {
  readonly condition?: {
    readonly type: string;
    readonly status: 'True' | 'False';
    readonly reason: string;
    readonly message: string;
  };
  /** '' takes a nomination back; undefined leaves it. */
  readonly nominatedNode?: string | undefined;
}

function conditionOf({ metadata, status }: Frozen<Pod>, condition: StatusChange['condition'], nowMs: number) {
  if (!condition) return undefined;
  const before = status?.conditions?.find(({ type }) => type === condition.type);
  const isSame =
    before?.status === condition.status && before.reason === condition.reason && before.message === condition.message;
  if (isSame) return undefined;
  return {
    ...condition,
    lastProbeTime: null,
    lastTransitionTime: before?.status === condition.status ? before.lastTransitionTime : rfc3339(nowMs),
    ...(metadata.generation !== undefined && { observedGeneration: metadata.generation }),
  };
}

/** Writes what has changed, if anything. A pod that is gone needs nothing. @throws ApiError */
export async function writeStatus(
  pod: Frozen<Pod>,
  { condition, nominatedNode }: StatusChange,
  client: Client,
  nowMs: number,
): Promise<void> {
  const changed = conditionOf(pod, condition, nowMs);
  const isNominated = nominatedNode !== undefined && nominatedNode !== (pod.status?.nominatedNodeName ?? '');
  if (!changed && !isNominated) return;
  const status = {
    ...(changed && { conditions: [changed] }),
    ...(isNominated && { nominatedNodeName: nominatedNode === '' ? null : nominatedNode }),
  };
  try {
    await client.patch(PODS, keyOf(pod), 'strategic', { metadata: { uid: pod.metadata.uid }, status }, 'status');
  } catch (error) {
    // It is gone, or another pod has its name.
    if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
  }
}
