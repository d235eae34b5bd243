/** Stateful sets for tests, and what is asked about them. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type {
  ControllerRevision,
  PersistentVolumeClaim,
  StatefulSet,
  StatefulSetStatus,
} from '../../server/kube/types.gen.ts';
import { key, podSpec, type Workloads } from './workloads.ts';

export const STATEFUL_SETS = 'apps/v1/statefulsets';
export const REVISIONS = 'apps/v1/controllerrevisions';
export const CLAIMS = 'v1/persistentvolumeclaims';

/** A stateful set whose pods carry `app: NAME`. */
export function statefulSet(name: string, spec: object = {}): KubeObject {
  const labels = { app: name };
  const template = { metadata: { labels }, spec: podSpec() };
  return {
    metadata: { ...key(name) },
    spec: { serviceName: 'peers', replicas: 3, selector: { matchLabels: labels }, template, ...spec },
  };
}

/** A claim template called `data`. */
export const dataClaim = (metadata: object = {}): object => ({
  metadata: { name: 'data', ...metadata },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
});

export async function statusOf(cluster: Workloads, name = 'web'): Promise<Frozen<StatefulSetStatus>> {
  return (await cluster.get<StatefulSet>(STATEFUL_SETS, name)).status;
}

/** `NAME image`, in the order of names. */
export async function images(cluster: Workloads): Promise<string[]> {
  return (await cluster.pods()).map(({ metadata, spec }) => `${metadata.name} ${spec.containers?.[0]?.image}`).sort();
}

/** The names of the pods, in order. */
export async function podNames(cluster: Workloads): Promise<string[]> {
  return (await cluster.pods()).map(({ metadata }) => metadata.name ?? '').sort();
}

/** The oldest first. */
export async function revisionsOf(cluster: Workloads): Promise<Frozen<ControllerRevision>[]> {
  const revisions = await cluster.client.list<ControllerRevision>(REVISIONS, 'default');
  return [...revisions].sort((a, b) => a.revision - b.revision);
}

/** Who owns each claim: `data-web-0: StatefulSet web`. */
export async function claimOwners(cluster: Workloads): Promise<string[]> {
  const claims = await cluster.client.list<PersistentVolumeClaim>(CLAIMS, 'default');
  return claims
    .map(({ metadata }) => {
      const owners = (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`);
      return `${metadata.name}: ${owners.join(', ')}`;
    })
    .sort();
}

/** Which pods were created and deleted, in this order: `+web-0`, `-web-0`. */
export async function podLife(cluster: Workloads, name = 'web'): Promise<string[]> {
  const events = await cluster.client.list('v1/events', 'default');
  return events
    .filter(({ involvedObject }) => (involvedObject as { name: string }).name === name)
    .sort((a, b) => Number(a.metadata.resourceVersion) - Number(b.metadata.resourceVersion))
    .map(({ message }) => /^(Create|Delete) Pod (\S+) .* successful$/.exec(String(message)))
    .filter((match) => match !== null)
    .map(([, verb, pod]) => `${verb === 'Create' ? '+' : '-'}${pod}`);
}
