/** What a deployment notes on itself and on its replica sets: revisions, and how large it is. */
import { type Frozen, getOwn, setOwn } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { Deployment, ReplicaSet } from '../../server/kube/types.gen.ts';
import { DISABLED_CONTROLLERS } from '../lib/gate.ts';
import { maxSurge } from './bounds.ts';
import { wantedBy } from './pass.ts';

export const REVISION = 'deployment.kubernetes.io/revision';
export const REVISION_HISTORY = 'deployment.kubernetes.io/revision-history';
export const DESIRED_REPLICAS = 'deployment.kubernetes.io/desired-replicas';
export const MAX_REPLICAS = 'deployment.kubernetes.io/max-replicas';
export const ROLLBACK_TO = 'deprecated.deployment.rollback.to';

/** Annotations that are not copied between a deployment and its replica sets. */
const OWN = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  REVISION,
  REVISION_HISTORY,
  DESIRED_REPLICAS,
  MAX_REPLICAS,
  ROLLBACK_TO,
  // It means replica sets anyway while it is there, and has to end with the deployment's.
  DISABLED_CONTROLLERS,
]);

/** A hundred revisions or so: maxRevHistoryLengthInChars. */
const HISTORY_CHARS_MAX = 2000;
const INT32_MAX = 2 ** 31 - 1;
const INT64_MAX = 2n ** 63n - 1n;

export type Annotations = Readonly<Record<string, string>>;

/** The revision of a replica set; 0 when it has none, undefined when it has one that is no number. */
export function revisionOf({ metadata }: Frozen<KubeObject>): bigint | undefined {
  const text = getOwn(metadata.annotations, REVISION) ?? '';
  return text === '' ? 0n : int64In(text);
}

/** The number in an annotation: revisions have 64 bits. */
export function int64In(text: string): bigint | undefined {
  if (!/^[-+]?\d+$/.test(text)) return undefined;
  const value = BigInt(text);
  return value <= INT64_MAX && value >= -INT64_MAX - 1n ? value : undefined;
}

/** Sorts revisions. */
export const newestFirst = (a: bigint, b: bigint): number => (a < b ? 1 : a > b ? -1 : 0);

export function newestRevision(sets: readonly Frozen<ReplicaSet>[]): bigint {
  return [0n, ...sets.map((set) => revisionOf(set) ?? 0n)].sort(newestFirst)[0] ?? 0n;
}

/** A count in an annotation of a replica set, if it is one. */
export function countIn({ metadata }: Frozen<ReplicaSet>, annotation: string): number | undefined {
  const text = getOwn(metadata.annotations, annotation);
  if (text === undefined || !/^\d+$/.test(text) || Number(text) > INT32_MAX) return undefined;
  return Number(text);
}

/** The annotations of a replica set that say how large the deployment is (SetReplicasAnnotations). */
export function sizeAnnotations(deployment: Frozen<Deployment>): Annotations {
  const wanted = wantedBy(deployment);
  return { [DESIRED_REPLICAS]: String(wanted), [MAX_REPLICAS]: String(wanted + maxSurge(deployment)) };
}

/** Whether all of some annotations are there already. */
export function hasAnnotations({ metadata }: Frozen<KubeObject>, annotations: Annotations): boolean {
  return Object.entries(annotations).every(([key, value]) => getOwn(metadata.annotations, key) === value);
}

/** The annotations of a deployment that its replica sets carry too. */
function shared({ metadata }: Frozen<KubeObject>): [string, string][] {
  return Object.entries(metadata.annotations ?? {}).filter(([key]) => !OWN.has(key));
}

/**
 * What the new replica set of a deployment should carry: the deployment's annotations and its own revision. A replica
 * set that is rolled back to gets a new revision and remembers the old ones (SetNewReplicaSetAnnotations).
 */
export function newSetAnnotations(
  deployment: Frozen<Deployment>,
  current: Annotations,
  newRevision: bigint,
): Annotations {
  const oldText = getOwn(current, REVISION);
  const oldRevision = oldText === undefined || oldText === '' ? 0n : int64In(oldText);
  if (oldRevision === undefined) return current;
  const annotations: Record<string, string> = {};
  for (const [key, value] of [...Object.entries(current), ...shared(deployment)]) setOwn(annotations, key, value);
  if (oldRevision >= newRevision) return annotations;
  annotations[REVISION] = String(newRevision);
  if (oldText !== undefined)
    annotations[REVISION_HISTORY] = longerHistory(annotations[REVISION_HISTORY] ?? '', oldText);
  return annotations;
}

/** The oldest revisions are forgotten when the list becomes too long. */
function longerHistory(history: string, revision: string): string {
  if (history === '') return revision;
  const revisions = [...history.split(','), revision];
  while (revisions.length > 1 && revisions.join(',').length > HISTORY_CHARS_MAX) revisions.shift();
  return revisions.join(',');
}

/** A deployment that is rolled back takes over the annotations of the replica set, and keeps its own kinds. */
export function rolledBackAnnotations(deployment: Frozen<Deployment>, set: Frozen<ReplicaSet>): Annotations {
  const own = Object.entries(deployment.metadata.annotations ?? {}).filter(
    ([key]) => OWN.has(key) && key !== ROLLBACK_TO,
  );
  const annotations: Record<string, string> = {};
  for (const [key, value] of [...own, ...shared(set)]) setOwn(annotations, key, value);
  return annotations;
}
