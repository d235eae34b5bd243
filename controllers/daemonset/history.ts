/** The controller revisions of a daemon set: constructHistory and cleanupHistory of pkg/controller/daemon. */
import { deepEqual, type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { ControllerRevision, DaemonSet, Pod } from '../../server/kube/types.gen.ts';
import { claim, isControlledBy } from '../lib/adopt.ts';
import { DAEMON_SET, daemonSetRevision, HASH } from '../lib/controller-revision.ts';
import { PODS } from '../lib/pods.ts';
import { type Pass, REVISIONS } from './pass.ts';

type Revision = Frozen<ControllerRevision>;

export interface History {
  /** The revision of the template as it is. */
  readonly current: Revision;
  readonly old: readonly Revision[];
}

/** The hash by which pods name the revision that they are of. */
export function hashOf({ metadata }: Pick<Revision, 'metadata'>): string {
  return getOwn(metadata.labels, HASH) ?? '';
}

/** Whether a revision holds the set's template. */
function isOf({ data }: Revision, { spec }: Frozen<DaemonSet>): boolean {
  return deepEqual(data, { spec: { template: { ...spec.template, $patch: 'replace' } } });
}

/** Finds the revisions of a set, and makes that of the present template if there is none. @throws ApiError */
export async function constructHistory(pass: Pass): Promise<History> {
  const current: Revision[] = [];
  const old: Revision[] = [];
  for (const claimed of await claimRevisions(pass)) {
    const revision = hashOf(claimed) === '' ? await labelled(pass, claimed) : claimed;
    (isOf(revision, pass.set) ? current : old).push(revision);
  }
  const number = Math.max(0, ...old.map(({ revision }) => revision)) + 1;
  if (current.length === 0) return { current: await snapshot(pass, number), old };
  const kept = await withoutDuplicates(pass, current);
  // A template that comes back is the newest again.
  return { current: kept.revision < number ? await write(pass, { ...kept, revision: number }) : kept, old };
}

function claimRevisions(pass: Pass): Promise<Revision[]> {
  const { env, set, key, expectations } = pass;
  const revisions = env.lister<ControllerRevision>(REVISIONS);
  const own = revisions.ownedBy(set.metadata.uid ?? '').filter((revision) => isControlledBy(revision, set));
  return claim<ControllerRevision>({
    env,
    owner: set,
    kind: DAEMON_SET,
    resource: REVISIONS,
    candidates: [...own, ...revisions.orphans(key.namespace)],
    matches: (revision) => pass.matches(revision),
    wrote: (revision) => expectations.wrote(key, REVISIONS, revision),
  });
}

async function write({ env, key, expectations }: Pass, revision: Revision): Promise<Revision> {
  const written = await env.client.update<ControllerRevision>(REVISIONS, revision);
  expectations.wrote(key, REVISIONS, written);
  return written;
}

async function remove({ env, key, expectations }: Pass, revision: Revision): Promise<void> {
  await env.client.delete(REVISIONS, keyOf(revision));
  expectations.deleted(key, REVISIONS, revision);
}

/** A revision that lacks a hash goes by its name. */
function labelled(pass: Pass, revision: Revision): Promise<Revision> {
  const { metadata } = revision;
  return write(pass, {
    ...revision,
    metadata: { ...metadata, labels: { ...metadata.labels, [HASH]: metadata.name ?? '' } },
  });
}

async function snapshot(pass: Pass, number: number): Promise<Revision> {
  const { env, key, set, expectations } = pass;
  const wanted = daemonSetRevision(set, number, env);
  try {
    const created = await env.client.create<ControllerRevision>(REVISIONS, wanted);
    expectations.wrote(key, REVISIONS, created);
    return created;
  } catch (error) {
    if (!(error instanceof ApiError && error.reason === 'AlreadyExists')) throw error;
    const existing = await env.client.get<ControllerRevision>(REVISIONS, keyOf(wanted));
    if (isOf(existing, set)) return existing;
    // Another template has the same hash: with one collision more the next attempt finds another name.
    const collisionCount = (set.status.collisionCount ?? 0) + 1;
    const next = { ...set, status: { ...set.status, collisionCount } };
    expectations.wrote(key, DAEMON_SET.resource, await env.client.update(DAEMON_SET.resource, next, 'status'));
    throw error;
  }
}

/** Of several revisions of one template the newest stays, and pods of the others become pods of that. */
async function withoutDuplicates(pass: Pass, revisions: readonly Revision[]): Promise<Revision> {
  const [first, ...others] = [...revisions].sort((a, b) => b.revision - a.revision);
  if (!first) throw new Error('a daemon set has no revision of its template');
  if (others.length === 0) return first;
  const hash = hashOf(first);
  for (const pod of await pass.claimPods()) {
    if (getOwn(pod.metadata.labels, HASH) === hash) continue;
    const patch = { metadata: { labels: { [HASH]: hash } } };
    pass.expectations.wrote(pass.key, PODS, await pass.env.client.patch<Pod>(PODS, keyOf(pod), 'merge', patch));
  }
  for (const other of others) await remove(pass, other);
  return first;
}

/** Deletes the oldest revisions that no pod is of, when there are more than the set wants to keep. @throws ApiError */
export async function cleanHistory(pass: Pass, old: readonly Revision[]): Promise<void> {
  let surplus = old.length - (pass.set.spec.revisionHistoryLimit ?? 10);
  if (surplus <= 0) return;
  const alive = new Set(pass.pods().map(({ metadata }) => getOwn(metadata.labels, HASH)));
  for (const revision of [...old].sort((a, b) => a.revision - b.revision)) {
    if (surplus <= 0) return;
    if (alive.has(hashOf(revision))) continue;
    await remove(pass, revision);
    surplus--;
  }
}
