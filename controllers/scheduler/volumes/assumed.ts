import { type Key, keyOf, keyText } from '../../../server/kube/object.ts';
import { hasAnnotation, SELECTED_NODE } from '../../lib/volumes/annotations.ts';
import type { Claim, Volume } from '../../lib/volumes/matching.ts';

/** What has been decided about volumes and is being written: other pods must not decide otherwise meanwhile. */
export class AssumedVolumes {
  readonly #volumes = new Map<string, string>();
  readonly #nodes = new Map<string, string>();

  /** The volume is for this claim, and for no other. */
  reserve({ metadata }: Volume, claim: Claim): void {
    this.#volumes.set(metadata.name ?? '', claim.metadata.uid ?? '');
  }

  release({ metadata }: Volume): void {
    this.#volumes.delete(metadata.name ?? '');
  }

  isReservedForOther({ metadata }: Volume, claim: Claim): boolean {
    const uid = this.#volumes.get(metadata.name ?? '');
    return uid !== undefined && uid !== claim.metadata.uid;
  }

  /** The claim's volume is made where the pod will run. */
  select(claim: Key, node: string): void {
    this.#nodes.set(keyText(claim), node);
  }

  deselect(claim: Key): void {
    this.#nodes.delete(keyText(claim));
  }

  /** A volume shows what has been written. */
  sawVolume(volume: Volume): void {
    if (volume.spec.claimRef) this.release(volume);
  }

  sawClaim(claim: Claim): void {
    if (hasAnnotation(claim, SELECTED_NODE)) this.deselect(keyOf(claim));
  }

  selectedNode(claim: Key): string | undefined {
    return this.#nodes.get(keyText(claim));
  }
}
