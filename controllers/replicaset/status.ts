import { rfc3339 } from '../../server/base/clock.ts';
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { selectorMatches } from '../../server/kube/labels.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Pod, ReplicaSetCondition, ReplicaSetStatus } from '../../server/kube/types.gen.ts';
import { mapSelectorOf } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { expectationsOf } from '../lib/expectations.ts';
import { messageOf } from '../lib/pod-control.ts';
import { isPodReady, isReadyLongEnough } from '../lib/pods.ts';
import type { Failure } from './manage.ts';
import type { Replicated, ReplicatedKind } from './replicated.ts';

const REPLICA_FAILURE = 'ReplicaFailure';

interface Counted {
  readonly active: readonly Frozen<Pod>[];
  readonly terminating?: number;
}

/** What the status should say, without the fields that Go leaves out when they are zero (calculateStatus). */
export function statusOf(
  set: Frozen<Replicated>,
  { active, terminating }: Counted,
  failure: Failure | undefined,
  nowMs: number,
): Frozen<ReplicaSetStatus> {
  const { minReadySeconds = 0, template } = set.spec;
  const templateLabels = mapSelectorOf(template?.metadata?.labels ?? {}) ?? [];
  let [fullyLabeled, ready, available] = [0, 0, 0];
  // Pods of one template share their labels.
  let labels: Frozen<Pod>['metadata']['labels'];
  let isFullyLabeled = selectorMatches(templateLabels, labels);
  for (const pod of active) {
    if (pod.metadata.labels !== labels) {
      labels = pod.metadata.labels;
      isFullyLabeled = selectorMatches(templateLabels, labels);
    }
    if (isFullyLabeled) fullyLabeled++;
    if (!isPodReady(pod)) continue;
    ready++;
    if (isReadyLongEnough(pod, minReadySeconds, nowMs)) available++;
  }
  const conditions = conditionsOf(set, failure, nowMs);
  return {
    replicas: active.length,
    ...(fullyLabeled > 0 && { fullyLabeledReplicas: fullyLabeled }),
    ...(ready > 0 && { readyReplicas: ready }),
    ...(available > 0 && { availableReplicas: available }),
    ...(terminating !== undefined && { terminatingReplicas: terminating }),
    ...(set.metadata.generation !== undefined && { observedGeneration: set.metadata.generation }),
    ...(conditions.length > 0 && { conditions }),
  };
}

/** The condition of a failure stays as it was first told, until nothing fails any more. */
function conditionsOf(
  set: Frozen<Replicated>,
  failure: Failure | undefined,
  nowMs: number,
): readonly Frozen<ReplicaSetCondition>[] {
  const conditions = set.status?.conditions ?? [];
  const told = conditions.some(({ type }) => type === REPLICA_FAILURE);
  if (!failure) return told ? conditions.filter(({ type }) => type !== REPLICA_FAILURE) : conditions;
  if (told) return conditions;
  const condition: ReplicaSetCondition = {
    type: REPLICA_FAILURE,
    status: 'True',
    lastTransitionTime: rfc3339(nowMs),
    reason: failure.reason,
    message: messageOf(failure.error),
  };
  return [...conditions, condition];
}

/** Writes a status that says something new. */
export async function writeStatus(
  key: Key,
  set: Frozen<Replicated>,
  status: Frozen<ReplicaSetStatus>,
  env: ControllerEnv,
  { resource }: ReplicatedKind,
): Promise<void> {
  if (deepEqual(set.status, status)) return;
  const written = await env.client.update<Replicated>(resource, { ...set, status }, 'status');
  expectationsOf(env).wrote(key, resource, written);
}
