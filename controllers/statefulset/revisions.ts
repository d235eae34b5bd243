/** The revisions of a stateful set's template: getStatefulSetRevisions in stateful_set_control.go. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { selectorMatches } from '../../server/kube/labels.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { ControllerRevision, Pod, PodTemplateSpec, StatefulSet } from '../../server/kube/types.gen.ts';
import { templatePatch } from '../../server/schema/hash/template-revision.ts';
import { restoreTemplate } from '../../server/schema/patch/restore-template.ts';
import { claim, isControlledBy, labelSelectorOf } from '../lib/adopt.ts';
import { STATEFUL_SET, statefulSetRevision } from '../lib/controller-revision.ts';
import { revisionOfPod } from './identity.ts';
import { type Pass, REVISIONS } from './pass.ts';

/** Where a stateful set comes from and where it goes; the same when nothing is rolled out. */
export interface Revisions {
  readonly current: Frozen<ControllerRevision>;
  readonly update: Frozen<ControllerRevision>;
  /** How often the name of a revision was taken. */
  readonly collisionCount: number;
}

const atMs = ({ metadata }: Frozen<ControllerRevision>): number => Date.parse(metadata.creationTimestamp ?? '');

function byRevision(a: Frozen<ControllerRevision>, b: Frozen<ControllerRevision>): number {
  const byName = (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
  return a.revision - b.revision || atMs(a) - atMs(b) || byName;
}

/** All revisions of the set, those that it adopts included, the oldest first. */
export async function listRevisions(pass: Pass): Promise<Frozen<ControllerRevision>[]> {
  const { env, key, set } = pass;
  const lister = env.lister<ControllerRevision>(REVISIONS);
  const selector = labelSelectorOf(set.spec.selector ?? {});
  const own = lister.ownedBy(set.metadata.uid ?? '').filter((revision) => isControlledBy(revision, set));
  const candidates = [...own, ...lister.orphans(key.namespace)].filter(({ metadata }) =>
    selectorMatches(selector, metadata.labels),
  );
  const claimed = await claim<ControllerRevision>({
    env,
    owner: set,
    kind: STATEFUL_SET,
    resource: REVISIONS,
    candidates,
    matches: () => true,
    wrote: (revision) => pass.wrote(REVISIONS, revision),
  });
  return claimed.sort(byRevision);
}

const dataOf = ({ spec }: Frozen<StatefulSet>): unknown => ({
  spec: { template: { ...spec.template, $patch: 'replace' } },
});

/** The template of a revision. @throws ApiError when somebody wrote a revision that is none */
export function templateOf(set: Frozen<StatefulSet>, { data }: Frozen<ControllerRevision>): Frozen<PodTemplateSpec> {
  const { template } = set.spec;
  return deepEqual(data, dataOf(set)) ? template : restoreTemplate({ kind: 'StatefulSet', template }, data);
}

/** Whether a revision says the same in other words, as those of older servers do (setMatchesLatestExistingRevision). */
function meansTheSame(set: Frozen<StatefulSet>, revision: Frozen<ControllerRevision>): boolean {
  try {
    return templatePatch(templateOf(set, revision)) === templatePatch(set.spec.template);
  } catch {
    return false;
  }
}

/** Finds the revision of the set's template, and makes or renumbers one when the template is new or came back. */
export async function chooseRevisions(
  pass: Pass,
  revisions: readonly Frozen<ControllerRevision>[],
): Promise<Revisions> {
  const { set } = pass;
  const latest = revisions.at(-1);
  const next = (latest?.revision ?? 0) + 1;
  const data = dataOf(set);
  const equal = revisions.findLast((revision) => deepEqual(revision.data, data));
  let collisionCount = set.status.collisionCount ?? 0;
  let update: Frozen<ControllerRevision>;
  if (latest && equal && deepEqual(latest.data, data)) update = latest;
  else if (equal) update = await pass.update<ControllerRevision>(REVISIONS, { ...equal, revision: next });
  else if (latest && meansTheSame(set, latest)) update = latest;
  else [update, collisionCount] = await createRevision(pass, next, collisionCount);
  const current = revisions.find(({ metadata }) => metadata.name === set.status.currentRevision) ?? update;
  return { current, update, collisionCount };
}

/** A name that is taken by the same data is the revision; by other data, it is a collision. */
async function createRevision(
  pass: Pass,
  number: number,
  firstCount: number,
): Promise<[Frozen<ControllerRevision>, number]> {
  for (let collisionCount = firstCount; ; collisionCount++) {
    const revision = statefulSetRevision(pass.set, number, collisionCount);
    try {
      return [await pass.create<ControllerRevision>(REVISIONS, revision), collisionCount];
    } catch (error) {
      if (!(error instanceof ApiError && error.status.reason === 'AlreadyExists')) throw error;
      const taken = await pass.env.client.get<ControllerRevision>(REVISIONS, keyOf(revision));
      if (deepEqual(taken.data, revision.data)) return [taken, collisionCount];
    }
  }
}

/** Deletes the oldest revisions that no pod has, as many as there are too many (truncateHistory). */
export async function truncateHistory(
  pass: Pass,
  revisions: readonly Frozen<ControllerRevision>[],
  chosen: Revisions | undefined,
  pods: readonly Frozen<Pod>[],
): Promise<void> {
  const live = new Set(pods.map(revisionOfPod));
  for (const revision of chosen ? [chosen.current, chosen.update] : []) live.add(revision.metadata.name ?? '');
  const past = revisions.filter(({ metadata }) => !live.has(metadata.name ?? ''));
  const limit = pass.set.spec.revisionHistoryLimit ?? 10;
  if (limit < 0 || past.length <= limit) return;
  for (const revision of past.slice(0, past.length - limit)) await pass.delete(REVISIONS, revision);
}
