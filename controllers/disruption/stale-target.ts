import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Pod, PodCondition } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodActive, PODS } from '../lib/pods.ts';

/** A pod that is still not being deleted after this will not be. */
const STALE_MS = 2 * 60 * 1000;

function targetCondition({ status }: Frozen<Pod>): Frozen<PodCondition> | undefined {
  return status.conditions?.find(({ type }) => type === 'DisruptionTarget');
}

/** Whether somebody said that the pod is about to go. A kubelet that says so may take its time. */
export function isTarget(pod: Frozen<Pod>): boolean {
  const condition = targetCondition(pod);
  return condition?.status === 'True' && condition.reason !== 'TerminationByKubelet' && isPodActive(pod);
}

/** Takes back that a pod is about to go, if it did not go in time. */
export async function endStaleTarget(key: Key, env: ControllerEnv): Promise<{ againInMs: number } | undefined> {
  const pod = env.lister<Pod>(PODS).get(key);
  if (!pod || !isTarget(pod)) return undefined;
  const nowMs = env.clock.now();
  const leftMs = STALE_MS - (nowMs - Date.parse(targetCondition(pod)?.lastTransitionTime ?? ''));
  if (leftMs > 0) return { againInMs: leftMs };
  const { generation } = pod.metadata;
  const ended: PodCondition = {
    type: 'DisruptionTarget',
    ...(generation !== undefined && { observedGeneration: generation }),
    status: 'False',
    // Go prints a time that was never set as null.
    lastProbeTime: null as unknown as string,
    lastTransitionTime: rfc3339(nowMs),
  };
  const conditions = (pod.status.conditions ?? []).map((other) => (other.type === ended.type ? ended : other));
  await env.client.update<Pod>(PODS, { ...pod, status: { ...pod.status, conditions } } as Frozen<Pod>, 'status');
  return undefined;
}
