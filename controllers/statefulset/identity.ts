/** Who the pods of a stateful set are. Whoever replaces a pod has its name, its ordinal and its claims. */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import type { Pod, StatefulSet } from '../../server/kube/types.gen.ts';
import { HASH } from '../lib/controller-revision.ts';

/** apps.StatefulSetPodNameLabel and apps.PodIndexLabel. */
const POD_NAME = 'statefulset.kubernetes.io/pod-name';
const POD_INDEX = 'apps.kubernetes.io/pod-index';

const INT32_MAX = 2 ** 31 - 1;

/** What a pod's name says; other names belong to nobody and have no ordinal. */
export interface Membership {
  readonly set: string;
  readonly ordinal: number | undefined;
}

/** Reads `SET-ORDINAL` (getParentNameAndOrdinal). */
export function membershipOf(podName: string): Membership {
  const [, set = '', digits] = /^(.*)-([0-9]+)$/.exec(podName) ?? [];
  const ordinal = digits === undefined || Number(digits) > INT32_MAX ? undefined : Number(digits);
  return { set, ordinal };
}

export function podName({ metadata }: Frozen<StatefulSet>, ordinal: number): string {
  return `${metadata.name}-${ordinal}`;
}

export function wantedReplicas({ spec }: Frozen<StatefulSet>): number {
  return spec.replicas ?? 1;
}

export function firstOrdinal({ spec }: Frozen<StatefulSet>): number {
  return spec.ordinals?.start ?? 0;
}

/** Whether the set wants a pod of this ordinal. */
export function isWanted(set: Frozen<StatefulSet>, ordinal: number): boolean {
  const first = firstOrdinal(set);
  return ordinal >= first && ordinal < first + wantedReplicas(set);
}

/** The name of the revision that a pod was made of. */
export function revisionOfPod({ metadata }: Frozen<Pod>): string {
  return getOwn(metadata.labels, HASH) ?? '';
}

/** The labels that only the pod of this ordinal has. */
export function identityLabels(set: Frozen<StatefulSet>, ordinal: number): Record<string, string> {
  return { [POD_NAME]: podName(set, ordinal), [POD_INDEX]: String(ordinal) };
}

/** Whether a pod is called what it is and says so; upstream does not look at the index. */
export function identityMatches(set: Frozen<StatefulSet>, ordinal: number, { metadata }: Frozen<Pod>): boolean {
  return metadata.name === podName(set, ordinal) && getOwn(metadata.labels, POD_NAME) === metadata.name;
}
