/** Stateful sets: pods with names, ordinals and claims that stay. Start at {@link sync}. */
import type { Frozen } from '../../server/base/freeze.ts';
import { selectorMatches } from '../../server/kube/labels.ts';
import { type Key, type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Pod, StatefulSet } from '../../server/kube/types.gen.ts';
import { claim, isControlledBy, labelSelectorOf, ownedOrAdoptable } from '../lib/adopt.ts';
import { type ControllerDefinition, type ControllerEnv, self, type Watched } from '../lib/controller.ts';
import { STATEFUL_SET } from '../lib/controller-revision.ts';
import { EXPECTATIONS_TIMEOUT_MS, expectationsOf } from '../lib/expectations.ts';
import { nextAvailableInMs, PODS } from '../lib/pods.ts';
import { isTerminating } from '../lib/terminating.ts';
import { claimName } from './claims.ts';
import { membershipOf } from './identity.ts';
import { manage } from './manage.ts';
import { CLAIMS, Pass, REVISIONS, SETS } from './pass.ts';
import { placed } from './replicas.ts';
import { chooseRevisions, listRevisions, type Revisions, truncateHistory } from './revisions.ts';
import { statusOf, writeStatus } from './status.ts';

type Again = { readonly againInMs: number } | undefined;

/** One pass over one stateful set: sync in stateful_set.go. */
async function sync(key: Key, env: ControllerEnv): Promise<Again> {
  const set = env.lister<StatefulSet>(SETS).get(key);
  if (!set) {
    expectationsOf(env).forget(key);
    return undefined;
  }
  if (!expectationsOf(env).areMet(key, env)) return { againInMs: EXPECTATIONS_TIMEOUT_MS };
  const pass = new Pass(env, set);
  const revisions = await listRevisions(pass);
  const pods = await claimPods(pass);
  let chosen: Revisions | undefined;
  try {
    chosen = await chooseRevisions(pass, revisions);
    return await syncPods(pass, pods, chosen);
  } finally {
    await truncateHistory(pass, revisions, chosen, pods);
  }
}

async function syncPods(pass: Pass, pods: readonly Frozen<Pod>[], revisions: Revisions): Promise<Again> {
  const replicas = placed(pass.set, pods, revisions);
  let failure: { readonly error: unknown } | undefined;
  try {
    await manage(pass, replicas, revisions);
  } catch (error) {
    failure = { error };
  }
  const status = statusOf(pass, replicas, revisions);
  try {
    await writeStatus(pass, status);
  } catch (error) {
    failure ??= { error };
  }
  if (failure) throw failure.error;
  const { minReadySeconds = 0 } = pass.set.spec;
  if (minReadySeconds === 0 || (status.readyReplicas ?? 0) === status.availableReplicas) return undefined;
  return { againInMs: nextAvailableInMs(pods, minReadySeconds, pass.nowMs) ?? minReadySeconds * 1000 };
}

/** The pods that belong to a stateful set, after adopting and releasing: labels alone do not make a member. */
async function claimPods(pass: Pass): Promise<Frozen<Pod>[]> {
  const { env, key, set } = pass;
  const lister = env.lister<Pod>(PODS);
  const selector = labelSelectorOf(set.spec.selector ?? {});
  const own = lister.ownedBy(set.metadata.uid ?? '').filter((pod) => isControlledBy(pod, set));
  return claim<Pod>({
    env,
    owner: set,
    kind: STATEFUL_SET,
    resource: PODS,
    candidates: [...own, ...lister.orphans(key.namespace)],
    matches: ({ metadata }) =>
      membershipOf(metadata.name ?? '').set === key.name && selectorMatches(selector, metadata.labels),
    wrote: (pod) => pass.wrote(PODS, pod),
  });
}

const selectorOf = ({ spec }: Frozen<StatefulSet>): ReturnType<typeof labelSelectorOf> | undefined =>
  spec.selector ? labelSelectorOf(spec.selector) : undefined;

const revisions = ownedOrAdoptable<StatefulSet>(REVISIONS, STATEFUL_SET, selectorOf);

/**
 * Upstream does not watch revisions at all. A set that is being deleted must not notice them: it would make each anew
 * that the garbage collector takes, for ever.
 */
const revisionsOfStaying: Watched = {
  resource: REVISIONS,
  keys: (revision, env) =>
    revisions.keys(revision, env).filter((key) => env.lister(SETS).get(key)?.metadata.deletionTimestamp === undefined),
};

/** Claims are known by their names: those that are kept have no owner. */
const claimsByName: Watched = {
  resource: CLAIMS,
  keys({ metadata }: Frozen<KubeObject>, env) {
    const { namespace = '', name = '' } = metadata;
    const { ordinal } = membershipOf(name);
    if (ordinal === undefined) return [];
    const isOfSet = (set: Frozen<StatefulSet>): boolean =>
      (set.spec.volumeClaimTemplates ?? []).some((template) => claimName(set, template, ordinal) === name);
    return env.lister<StatefulSet>(SETS).list(namespace).filter(isOfSet).map(keyOf);
  },
};

/** Keeps the pods of stateful sets, and updates them in order. */
export const controller: ControllerDefinition = {
  name: 'statefulset-controller',
  queue: 'statefulset',
  account: 'statefulset-controller',
  watches: [
    self(SETS),
    ownedOrAdoptable<StatefulSet>(PODS, STATEFUL_SET, selectorOf),
    revisionsOfStaying,
    claimsByName,
  ],
  async reconcile(key, env) {
    try {
      return await sync(key, env);
    } catch (error) {
      // Nothing can be created any more, and trying again would not help.
      if (isTerminating(error) || (error instanceof Error && isTerminating(error.cause))) return undefined;
      throw error;
    }
  },
};
