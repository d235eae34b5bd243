/**
 * Lets volumes of our own driver grow and change their attributes, as the external resizers of real clusters do
 * (github.com/kubernetes-csi/external-resizer).
 */
import type { Frozen } from '../../server/base/freeze.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { OWN_DRIVER } from '../lib/volumes/annotations.ts';
import { ATTRIBUTES_CLASSES, CLAIMS, VOLUMES } from '../lib/volumes/matching.ts';
import { modify } from './modify.ts';
import { resize } from './resize.ts';

export const controller: ControllerDefinition = {
  name: 'storage-resizer-controller',
  account: 'expand-controller',
  agent: OWN_DRIVER,
  eventSource: `external-resizer ${OWN_DRIVER}`,
  watches: [
    self(CLAIMS),
    { resource: ATTRIBUTES_CLASSES, keys: ({ metadata }, env) => waitingFor(metadata.name, env) },
  ],
  reads: [VOLUMES],
  async reconcile(key, env) {
    const claim = env.lister<PersistentVolumeClaim>(CLAIMS).get(key);
    if (claim?.status.phase !== 'Bound' || !claim.spec.volumeName) return undefined;
    const volume = env.lister<PersistentVolume>(VOLUMES).get({ namespace: '', name: claim.spec.volumeName });
    if (volume?.spec.csi?.driver !== OWN_DRIVER || volume.spec.claimRef?.uid !== claim.metadata.uid) return undefined;
    await resize(claim, volume, env);
    await modify(claim, volume, env);
    return undefined;
  },
};

/** Claims that wait for a class of attributes that was not there. */
function waitingFor(name: string | undefined, env: ControllerEnv): ReturnType<typeof keyOf>[] {
  const isWaiting = ({ spec, status }: Frozen<PersistentVolumeClaim>): boolean =>
    spec.volumeAttributesClassName === name && status.modifyVolumeStatus?.status === 'Pending';
  return env.lister<PersistentVolumeClaim>(CLAIMS).list().filter(isWaiting).map(keyOf);
}
