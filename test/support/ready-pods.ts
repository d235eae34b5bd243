import { type ControllerDefinition, type ControllerEnv, self } from '../../controllers/lib/controller.ts';
import { isPodReady, isPodTerminal, PODS } from '../../controllers/lib/pods.ts';
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { Pod } from '../../server/kube/types.gen.ts';

/**
 * The smallest kubelet that controllers can be tested with: every pod runs and is ready at once, whatever its node, and
 * a pod that is being deleted is gone at once. One that has ended stays as it is.
 *
 * @param becomesReady whether a pod becomes ready, or only runs
 */
export function readyPods(becomesReady: (pod: Frozen<Pod>) => boolean = () => true): ControllerDefinition {
  return {
    name: 'ready-pods',
    account: 'ready-pods',
    watches: [self(PODS)],
    workers: 100,
    async reconcile(key, env) {
      const pod = env.lister<Pod>(PODS).get(key);
      if (!pod) return undefined;
      if (pod.metadata.deletionTimestamp !== undefined) await removePod(pod, env);
      else if (isPodTerminal(pod)) return undefined;
      else if (pod.status.phase !== 'Running' || isPodReady(pod) !== becomesReady(pod)) {
        await runPod(pod, becomesReady(pod), env);
      }
      return undefined;
    },
  };
}

async function removePod(pod: Frozen<Pod>, { client }: ControllerEnv): Promise<void> {
  try {
    await client.delete(PODS, keyOf(pod), { gracePeriodSeconds: 0, uid: pod.metadata.uid ?? '' });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}

async function runPod(pod: Frozen<Pod>, ready: boolean, { client, clock }: ControllerEnv): Promise<void> {
  const lastTransitionTime = rfc3339(clock.now());
  const conditions = [{ type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime }];
  await client.patch(PODS, keyOf(pod), 'strategic', { status: { phase: 'Running', conditions } }, 'status');
}
