/** Deployments: replica sets for revisions of a template. Start at {@link sync}. */
import type { Frozen } from '../../server/base/freeze.ts';
import { selectorMatches } from '../../server/kube/labels.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { Deployment, ReplicaSet } from '../../server/kube/types.gen.ts';
import { claim, controllerRefOf, isControlledBy, labelSelectorOf, ownedOrAdoptable } from '../lib/adopt.ts';
import { type ControllerDefinition, type ControllerEnv, self, type Watched } from '../lib/controller.ts';
import { EXPECTATIONS_TIMEOUT_MS, expectationsOf } from '../lib/expectations.ts';
import { PODS } from '../lib/pods.ts';
import { isTerminating } from '../lib/terminating.ts';
import { cleanHistory } from './history.ts';
import { syncRevision } from './new-replica-set.ts';
import { type Again, DEPLOYMENT, Pass, REPLICA_SETS } from './pass.ts';
import { syncStatus } from './progress.ts';
import { recreate } from './recreate.ts';
import { divide } from './replica-sets.ts';
import { rollBack, rollbackTarget } from './rollback.ts';
import { rollOut } from './rollout.ts';
import { scale, wasScaled } from './scale.ts';
import { tellPaused } from './status.ts';

/** The replica sets that belong to a deployment, after adopting and releasing. */
async function claimSets(key: Key, deployment: Frozen<Deployment>, env: ControllerEnv): Promise<Frozen<ReplicaSet>[]> {
  const sets = env.lister<ReplicaSet>(REPLICA_SETS);
  const own = sets.ownedBy(deployment.metadata.uid ?? '').filter((set) => isControlledBy(set, deployment));
  const selector = labelSelectorOf(deployment.spec.selector ?? {});
  return claim<ReplicaSet>({
    env,
    owner: deployment,
    kind: DEPLOYMENT,
    resource: REPLICA_SETS,
    candidates: [...own, ...sets.orphans(key.namespace)],
    matches: ({ metadata }) => selectorMatches(selector, metadata.labels),
    wrote: (set) => expectationsOf(env).wrote(key, REPLICA_SETS, set),
  });
}

/** One pass over one deployment: syncDeployment in deployment_controller.go. */
async function sync(key: Key, env: ControllerEnv): Promise<Again> {
  const deployment = env.lister<Deployment>(DEPLOYMENT.resource).get(key);
  if (!deployment) {
    expectationsOf(env).forget(key);
    return undefined;
  }
  if (!expectationsOf(env).areMet(key, env)) return { againInMs: EXPECTATIONS_TIMEOUT_MS };
  const { newSet, oldSets } = divide(deployment.spec.template, await claimSets(key, deployment, env));
  const pass = new Pass(env, deployment, newSet, oldSets);
  if (deployment.metadata.deletionTimestamp !== undefined) {
    await syncRevision(pass);
    await syncStatus(pass);
    return undefined;
  }
  await tellPaused(pass);
  await syncRevision(pass);
  if (deployment.spec.paused) return resize(pass);
  const target = rollbackTarget(deployment);
  if (target !== undefined) {
    await rollBack(pass, target);
    return undefined;
  }
  if (wasScaled(pass)) return resize(pass);
  return deployment.spec.strategy.type === 'Recreate' ? recreate(pass) : rollOut(pass);
}

/** What happens to a deployment that is paused, or was scaled: its rollout does not move. */
async function resize(pass: Pass): Promise<undefined> {
  await scale(pass);
  if (pass.deployment.spec.paused && rollbackTarget(pass.deployment) === undefined) await cleanHistory(pass);
  await syncStatus(pass);
}

/** A recreation goes on when the last old pod is gone; what else happens to pods is their replica set's affair. */
const goneFromRecreated: Watched = {
  resource: PODS,
  keys(pod, env) {
    const owner = controllerRefOf(pod);
    if (owner?.kind !== 'ReplicaSet') return [];
    if (env.lister(PODS).get(keyOf(pod))?.metadata.uid === pod.metadata.uid) return [];
    const namespace = pod.metadata.namespace ?? '';
    const set = env.lister<ReplicaSet>(REPLICA_SETS).get({ namespace, name: owner.name });
    const reference = set?.metadata.uid === owner.uid ? controllerRefOf(set) : undefined;
    if (reference?.kind !== DEPLOYMENT.kind) return [];
    const key = { namespace, name: reference.name };
    const deployment = env.lister<Deployment>(DEPLOYMENT.resource).get(key);
    return deployment?.spec.strategy.type === 'Recreate' ? [key] : [];
  },
};

/** Rolls out deployments. */
export const controller: ControllerDefinition = {
  name: 'deployment-controller',
  queue: 'deployment',
  account: 'deployment-controller',
  watches: [
    self(DEPLOYMENT.resource),
    ownedOrAdoptable<Deployment>(REPLICA_SETS, DEPLOYMENT, ({ spec }) =>
      spec.selector ? labelSelectorOf(spec.selector) : undefined,
    ),
    goneFromRecreated,
  ],
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
