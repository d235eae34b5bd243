/** Daemon sets: one pod on each node that fits. Start at {@link sync}. */
import type { Key } from '../../server/kube/object.ts';
import type { DaemonSet } from '../../server/kube/types.gen.ts';
import { ownedOrAdoptable } from '../lib/adopt.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { DAEMON_SET } from '../lib/controller-revision.ts';
import { EXPECTATIONS_TIMEOUT_MS, expectationsOf } from '../lib/expectations.ts';
import { PODS } from '../lib/pods.ts';
import { isTerminating } from '../lib/terminating.ts';
import { change } from './changes.ts';
import { failedPodsOf } from './failed-pods.ts';
import { cleanHistory, constructHistory, type History, hashOf } from './history.ts';
import { missingAndSurplus } from './manage.ts';
import { watchNodes } from './node-changes.ts';
import { byNode, NODES, Pass, REVISIONS } from './pass.ts';
import { selectorOf, watchRevisions } from './revision-changes.ts';
import { nextOfUpdate } from './rolling-update.ts';
import { writeStatus } from './status.ts';

/** One pass over one daemon set: syncDaemonSet in daemon_controller.go. */
async function sync(key: Key, env: ControllerEnv): Promise<{ readonly againInMs: number } | undefined> {
  const set = env.lister<DaemonSet>(DAEMON_SET.resource).get(key);
  if (!set) {
    expectationsOf(env).forget(key);
    failedPodsOf(env).forget(key);
    return undefined;
  }
  if (!expectationsOf(env).areMet(key, env)) return { againInMs: EXPECTATIONS_TIMEOUT_MS };
  // Its revisions may be gone before its pods: nothing that is found now would tell how it is.
  if (set.metadata.deletionTimestamp !== undefined) return undefined;
  const pass = new Pass(env, set);
  const history = await constructHistory(pass);
  try {
    await update(pass, history);
  } finally {
    await writeStatus(pass, hashOf(history.current));
  }
  return pass.againInMs === undefined ? undefined : { againInMs: pass.againInMs };
}

async function update(pass: Pass, { current, old }: History): Promise<void> {
  const { env, key, set } = pass;
  const hash = hashOf(current);
  await change(pass, missingAndSurplus(pass, byNode(await pass.claimPods()), hash), hash);
  const isRolling = set.spec.updateStrategy.type === 'RollingUpdate';
  if (isRolling && expectationsOf(env).areMet(key, env))
    await change(pass, nextOfUpdate(pass, byNode(pass.pods()), hash), hash);
  await cleanHistory(pass, old);
}

/** Keeps a pod of each daemon set on every node that fits. */
export const controller: ControllerDefinition = {
  name: 'daemonset-controller',
  queue: 'daemonset',
  account: 'daemon-set-controller',
  eventSource: 'daemonset-controller',
  watches: [self(DAEMON_SET.resource), ownedOrAdoptable<DaemonSet>(PODS, DAEMON_SET, selectorOf)],
  reads: [NODES, REVISIONS],
  start(env) {
    const cancels = [watchNodes(env), watchRevisions(env)];
    return () => {
      for (const cancel of cancels) cancel();
    };
  },
  async reconcile(key, env) {
    try {
      return await sync(key, env);
    } catch (error) {
      // Nothing can be created any more, and trying again would not help.
      if (isTerminating(error)) return undefined;
      throw error;
    }
  },
};
