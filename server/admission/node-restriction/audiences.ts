/** For whom the tokens are that a pod needs: its own projected ones, and those of the drivers of its volumes. */
import type { Frozen } from '../../base/freeze.ts';
import { aggregateText } from '../../kube/aggregate-text.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Pod, Volume } from '../../kube/types.gen.ts';
import type { AdmissionEnv } from '../plugin.ts';

/** The drivers that took over from the volumes that were built in (k8s.io/csi-translation-lib). */
const MIGRATED: Readonly<Record<string, string>> = {
  awsElasticBlockStore: 'ebs.csi.aws.com',
  azureDisk: 'disk.csi.azure.com',
  azureFile: 'file.csi.azure.com',
  cinder: 'cinder.csi.openstack.org',
  gcePersistentDisk: 'pd.csi.storage.gke.io',
  portworxVolume: 'pxd.portworx.com',
  vsphereVolume: 'csi.vsphere.vmware.com',
};

interface Driver {
  readonly spec?: { readonly tokenRequests?: readonly { readonly audience: string }[] };
}

/** Whether a pod needs tokens for an audience, or why that cannot be told. */
export function asksForAudience(pod: Frozen<Pod>, audience: string, env: AdmissionEnv): boolean | string {
  const errors: string[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const sources = volume.projected?.sources ?? [];
    // Without an audience a token is for the server itself.
    if (sources.some(({ serviceAccountToken: of }) => of && (of.audience ?? '') === audience)) return true;
    try {
      const driver = driverOf(pod, volume, env);
      if (driver === undefined) continue;
      const { spec } = found(env, 'csidrivers.storage.k8s.io', '', driver) as unknown as Driver;
      if (spec?.tokenRequests?.some((request) => request.audience === audience)) return true;
    } catch (error) {
      if (!(error instanceof Missing)) throw error;
      errors.push(error.message);
    }
  }
  return errors.length > 0 ? aggregateText(errors) : false;
}

function driverOf(pod: Frozen<Pod>, volume: Frozen<Volume>, env: AdmissionEnv): string | undefined {
  const { metadata } = pod;
  const namespace = metadata.namespace ?? '';
  if (volume.ephemeral?.volumeClaimTemplate) {
    return driverOfClaim(namespace, `${metadata.name ?? ''}-${volume.name}`, env);
  }
  if (volume.persistentVolumeClaim) return driverOfClaim(namespace, volume.persistentVolumeClaim.claimName, env);
  return volume.csi?.driver ?? migrated(volume);
}

function driverOfClaim(namespace: string, name: string, env: AdmissionEnv): string | undefined {
  const claim = found(env, 'persistentvolumeclaims', namespace, name);
  const { volumeName = '' } = claim.spec as { volumeName?: string };
  const { spec } = found(env, 'persistentvolumes', '', volumeName);
  return (spec as { csi?: { driver: string } }).csi?.driver ?? migrated(spec as object);
}

function migrated(source: object): string | undefined {
  return Object.entries(MIGRATED).find(([name]) => Object.hasOwn(source, name))?.[1];
}

class Missing extends Error {}

/** Listers call what they do not find by its singular. */
function found(env: AdmissionEnv, resource: string, namespace: string, name: string): Frozen<KubeObject> {
  const stored = env.find(resource, { namespace, name });
  if (!stored) throw new Missing(`${resource.replace(/s(?=\.|$)/, '')} ${JSON.stringify(name)} not found`);
  return stored.value;
}
