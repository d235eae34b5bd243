/** Volumes and claims, and clusters in which their controllers run. */
import type { ControllerDefinition } from '../../controllers/lib/controller.ts';
import { createPersistentVolumeBinder } from '../../controllers/persistentvolume-binder/index.ts';
import { controller as volumeProtection } from '../../controllers/pv-protection/index.ts';
import { controller as claimProtection } from '../../controllers/pvc-protection/index.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { Event, PersistentVolume, PersistentVolumeClaim } from '../../server/kube/types.gen.ts';
import { key, podSpec, type Workloads, workloads } from './workloads.ts';

export const CLAIMS = 'v1/persistentvolumeclaims';
export const VOLUMES = 'v1/persistentvolumes';
export const CLASSES = 'storage.k8s.io/v1/storageclasses';

export type StorageCluster = Workloads & {
  readonly volume: (name: string) => Promise<Frozen<PersistentVolume> | undefined>;
  readonly claim: (name: string) => Promise<Frozen<PersistentVolumeClaim> | undefined>;
  /** `CLAIM phase volume` or `VOLUME phase claim`, of everything there is. */
  readonly phases: () => Promise<Record<string, string>>;
  /** `reason: message`, of volumes and claims of that name. */
  readonly told: (name: string) => Promise<string[]>;
};

export async function storageCluster(
  others: readonly ControllerDefinition[] = [],
  meddling: Parameters<typeof workloads>[1] = {},
): Promise<StorageCluster> {
  const cluster = await workloads(
    [createPersistentVolumeBinder(), claimProtection, volumeProtection, ...others],
    meddling,
  );
  const { client, settle } = cluster;
  return {
    ...cluster,
    volume: (name) => found(client.get<PersistentVolume>(VOLUMES, { namespace: '', name })),
    claim: (name) => found(client.get<PersistentVolumeClaim>(CLAIMS, key(name))),
    async phases() {
      await settle();
      const phases: Record<string, string> = {};
      for (const { metadata, spec, status } of await client.list<PersistentVolumeClaim>(CLAIMS))
        phases[metadata.name ?? ''] = `${status.phase} ${spec.volumeName ?? ''}`.trim();
      for (const { metadata, spec, status } of await client.list<PersistentVolume>(VOLUMES))
        phases[metadata.name ?? ''] = `${status.phase} ${spec.claimRef?.name ?? ''}`.trim();
      return phases;
    },
    async told(name) {
      await settle();
      const events = await client.list<Event>('v1/events');
      return events
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ reason, message }) => `${reason}: ${message}`);
    },
  };
}

async function found<T>(asked: Promise<T>): Promise<T | undefined> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

/** A volume of class `slow` with 1Gi, for one writer. */
export function volume(name: string, spec: Partial<PersistentVolume['spec']> = {}, metadata: object = {}): KubeObject {
  return {
    metadata: { name, ...metadata },
    spec: {
      capacity: { storage: '1Gi' },
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'slow',
      hostPath: { path: '/x' },
      ...spec,
    },
  };
}

/** A claim for such a volume. */
export function claim(name: string, spec: object = {}, metadata: object = {}): KubeObject {
  return {
    metadata: { ...key(name), ...metadata },
    spec: {
      accessModes: ['ReadWriteOnce'],
      storageClassName: 'slow',
      resources: { requests: { storage: '1Gi' } },
      ...spec,
    },
  };
}

export function storageClass(name: string, provisioner: string, more: object = {}, metadata: object = {}): KubeObject {
  return { metadata: { name, ...metadata }, provisioner, ...more };
}

/** A pod with volumes of claims. */
export function podWithClaims(name: string, claims: readonly string[], spec: object = {}): KubeObject {
  const volumes = claims.map((claimName) => ({ name: claimName, persistentVolumeClaim: { claimName } }));
  return { metadata: key(name), spec: { ...podSpec(), volumes, ...spec } };
}
