import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { HASH } from '../lib/controller-revision.ts';
import { isPodReady } from '../lib/pods.ts';
import type { Changes } from './changes.ts';
import { failedPodsOf } from './failed-pods.ts';
import { inOrder, type Pass, type PodsByNode } from './pass.ts';
import { allowsSurge } from './rolling-update.ts';

const isStaying = ({ metadata }: Frozen<Pod>): boolean => metadata.deletionTimestamp === undefined;

/** What the nodes need so that each has the pod that belongs there, whatever its template (manage). */
export function missingAndSurplus(pass: Pass, pods: PodsByNode, hash: string): Changes {
  const create: string[] = [];
  const remove: Frozen<Pod>[] = [];
  for (const node of pass.nodes) {
    const { shouldRun, mayStay } = pass.placementOn(node);
    const there = pods.get(node);
    if (shouldRun && !there) create.push(node);
    else if (mayStay) {
      const running = withoutEnded(pass, node, there ?? [], remove);
      // Without surge the place of a pod that is on its way out stays taken until it is gone.
      if (!allowsSurge(pass)) remove.push(...inOrder(running).slice(1));
      else if (running.length > 1) remove.push(...surplusOfSurge(pass, running, hash));
      else if (running.length === 0 && shouldRun) create.push(node);
    } else if (there) remove.push(...there.filter(isStaying));
  }
  return { create, remove: [...remove, ...strandedPods(pass, pods)] };
}

/** The pods that run; those that have ended are told of, and removed, failed ones not faster and faster. */
function withoutEnded(
  pass: Pass,
  node: string,
  pods: readonly Frozen<Pod>[],
  remove: Frozen<Pod>[],
): readonly Frozen<Pod>[] {
  const { env, set } = pass;
  const running: Frozen<Pod>[] = [];
  for (const pod of pods.filter(isStaying)) {
    const { phase } = pod.status;
    const what = `daemon pod ${pod.metadata.namespace}/${pod.metadata.name} on node ${node}`;
    if (phase === 'Failed') {
      const delayMs = failedPodsOf(env).delayMs(pass, node);
      if (delayMs > 0) {
        pass.lookAgainIn(delayMs);
        continue;
      }
      env.event(set, 'Warning', 'FailedDaemonPod', `Found failed ${what}, will try to kill it`);
      remove.push(pod);
    } else if (phase === 'Succeeded') {
      env.event(set, 'Normal', 'SucceededDaemonPod', `Found succeeded ${what}, will try to delete it`);
      remove.push(pod);
    } else running.push(pod);
  }
  return running;
}

/**
 * With surge an old and a new pod share a node, for as long as the old one is ready and the new one not yet available.
 */
function surplusOfSurge(pass: Pass, running: readonly Frozen<Pod>[], hash: string): readonly Frozen<Pod>[] {
  const ordered = inOrder(running);
  const isNew = ({ metadata }: Frozen<Pod>): boolean => getOwn(metadata.labels, HASH) === hash;
  const newest = ordered.find(isNew);
  const old = ordered.find((pod) => !isNew(pod));
  const surplus = ordered.filter((pod) => pod !== newest && pod !== old);
  const isReplaced = newest && old && (!isPodReady(old) || pass.isAvailable(newest));
  return isReplaced ? [...surplus, old] : surplus;
}

/** Pods that wait for a node that does not exist any more: nobody else would delete them. */
function strandedPods(pass: Pass, pods: PodsByNode): Frozen<Pod>[] {
  const stranded: Frozen<Pod>[] = [];
  for (const [node, there] of pods)
    if (!pass.hasNode(node)) stranded.push(...there.filter(({ spec }) => (spec.nodeName ?? '') === ''));
  return stranded;
}
