import type { Frozen } from '../../server/base/freeze.ts';
import { type LabelSelector, selectorMatches } from '../../server/kube/labels.ts';
import type { Key } from '../../server/kube/object.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { claim, isControlledBy } from '../lib/adopt.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { EXPECTATIONS_TIMEOUT_MS, expectationsOf } from '../lib/expectations.ts';
import { isPodActive, isPodTerminating, nextAvailableInMs, PODS } from '../lib/pods.ts';
import { manageReplicas } from './manage.ts';
import type { Replicated, ReplicatedKind } from './replicated.ts';
import { statusOf, writeStatus } from './status.ts';

type Again = { readonly againInMs: number } | undefined;

/** One pass over one replica set: adopt and release, create or delete, tell (syncReplicaSet). */
export async function sync(key: Key, env: ControllerEnv, kind: ReplicatedKind): Promise<Again> {
  const expectations = expectationsOf(env);
  const set = env.lister<Replicated>(kind.resource).get(key);
  if (!set) {
    expectations.forget(key);
    return undefined;
  }
  if (!expectations.areMet(key, env)) return { againInMs: EXPECTATIONS_TIMEOUT_MS };
  const selector = kind.selectorOf(set);
  const { active, terminating } = await podsOf(key, set, selector, env, kind);
  const failure =
    set.metadata.deletionTimestamp === undefined ? await manageReplicas(key, set, active, env, kind) : undefined;
  const nowMs = env.clock.now();
  const status = statusOf(set, { active, ...(kind.countsTerminating && { terminating }) }, failure, nowMs);
  await writeStatus(key, set, status, env, kind);
  if (failure) throw failure.error;
  const { minReadySeconds = 0 } = set.spec;
  if (minReadySeconds === 0 || status.readyReplicas === status.availableReplicas) return undefined;
  return { againInMs: nextAvailableInMs(active, minReadySeconds, nowMs) ?? minReadySeconds * 1000 };
}

interface OwnPods {
  readonly active: readonly Frozen<Pod>[];
  /** How many are on their way out. */
  readonly terminating: number;
}

/** Pods of one template share their labels, which are looked at once. */
function matcherOf(selector: LabelSelector | undefined): (pod: Frozen<Pod>) => boolean {
  let last: Frozen<Pod>['metadata']['labels'];
  let isMatch = selector !== undefined && selectorMatches(selector, last);
  return ({ metadata: { labels } }) => {
    if (labels === last) return isMatch;
    last = labels;
    isMatch = selector !== undefined && selectorMatches(selector, labels);
    return isMatch;
  };
}

async function podsOf(
  key: Key,
  set: Frozen<Replicated>,
  selector: LabelSelector | undefined,
  env: ControllerEnv,
  kind: ReplicatedKind,
): Promise<OwnPods> {
  const pods = env.lister<Pod>(PODS);
  const matches = matcherOf(selector);
  const candidates: Frozen<Pod>[] = [];
  let terminating = 0;
  for (const pod of pods.ownedBy(set.metadata.uid ?? '')) {
    if (!isControlledBy(pod, set)) continue;
    if (isPodActive(pod)) candidates.push(pod);
    else if (isPodTerminating(pod) && matches(pod)) terminating++;
  }
  for (const orphan of pods.orphans(key.namespace)) if (isPodActive(orphan)) candidates.push(orphan);
  const wrote = (pod: Frozen<Pod>): void => expectationsOf(env).wrote(key, PODS, pod);
  return {
    active: await claim<Pod>({ env, owner: set, kind, resource: PODS, candidates, matches, wrote }),
    terminating,
  };
}
