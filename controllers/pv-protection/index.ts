import type { Key } from '../../server/kube/object.ts';
import type { PersistentVolume } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { isHeldBy, lacks, withFinalizer, withoutFinalizer } from '../lib/volumes/finalizers.ts';
import { VOLUMES } from '../lib/volumes/matching.ts';

const FINALIZER = 'kubernetes.io/pv-protection';

/** Keeps volumes that are deleted as long as they are bound. */
export const controller: ControllerDefinition = {
  name: 'persistentvolume-protection-controller',
  queue: 'pvprotection',
  account: 'pv-protection-controller',
  watches: [self(VOLUMES)],
  reconcile,
};

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const volume = env.lister<PersistentVolume>(VOLUMES).get(key);
  if (!volume) return;
  if (isHeldBy(volume, FINALIZER) && volume.status.phase !== 'Bound') {
    await env.client.update<PersistentVolume>(VOLUMES, withoutFinalizer(volume, FINALIZER));
  } else if (lacks(volume, FINALIZER)) {
    await env.client.update<PersistentVolume>(VOLUMES, withFinalizer(volume, FINALIZER));
  }
}
