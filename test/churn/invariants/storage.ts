import type { PersistentVolume, PersistentVolumeClaim } from '../../../server/kube/types.gen.ts';
import { nameOf, type State } from './state.ts';

/** Every claim has a volume of its own, and every volume a claim. */
export function storage(state: State): string[] {
  const found: string[] = [];
  const volumes = new Map(state.of<PersistentVolume>('PersistentVolume').map((each) => [each.metadata.name, each]));
  for (const claim of state.of<PersistentVolumeClaim>('PersistentVolumeClaim')) {
    const volume = volumes.get(claim.spec.volumeName);
    if (claim.status.phase !== 'Bound') found.push(`${nameOf(claim)} is ${claim.status.phase}`);
    if (volume?.spec.claimRef?.uid !== claim.metadata.uid) found.push(`${nameOf(claim)} is not its volume's claim`);
    else volumes.delete(volume?.metadata.name);
    if (volume && volume.status.phase !== 'Bound') found.push(`${nameOf(volume)} is ${volume.status.phase}`);
  }
  for (const volume of volumes.values()) found.push(`${nameOf(volume)} has no claim, and is ${volume.status.phase}`);
  return found;
}
