import type { Frozen } from '../../server/base/freeze.ts';
import { type Key, keyText } from '../../server/kube/object.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import type { Change } from '../lib/informer.ts';
import { OwnWrites } from '../lib/own-writes.ts';
import { PODS } from '../lib/pods.ts';
import { CLAIMS, CLASSES, type Claim, VOLUMES, type Volume } from '../lib/volumes/matching.ts';

/** What the binder knows of volumes and claims: what its informers say, and what it wrote itself since. */
export class View {
  readonly env: ControllerEnv;
  readonly #claims = new OwnWrites<PersistentVolumeClaim>();
  readonly #volumes = new OwnWrites<PersistentVolume>();

  constructor(env: ControllerEnv) {
    this.env = env;
  }

  claimSeen(change: Change<PersistentVolumeClaim>): void {
    this.#claims.seen(change);
  }

  volumeSeen(change: Change<PersistentVolume>): void {
    this.#volumes.seen(change);
  }

  claim(key: Key): Claim | undefined {
    return this.#claims.latest(keyText(key), this.env.lister<PersistentVolumeClaim>(CLAIMS).get(key));
  }

  volume(name: string): Volume | undefined {
    const listed = this.env.lister<PersistentVolume>(VOLUMES).get({ namespace: '', name });
    return this.#volumes.latest(name, listed);
  }

  volumes(): Volume[] {
    return this.#volumes.merge(this.env.lister<PersistentVolume>(VOLUMES).list());
  }

  storageClass(name: string): Frozen<StorageClass> | undefined {
    return this.env.lister<StorageClass>(CLASSES).get({ namespace: '', name });
  }

  storageClasses(): Frozen<StorageClass>[] {
    return this.env.lister<StorageClass>(CLASSES).list();
  }

  podsUsing(claim: Key): Frozen<Pod>[] {
    return this.env.lister<Pod>(PODS).usingClaim(claim);
  }

  async writeClaim(claim: Claim, subresource?: 'status'): Promise<Claim> {
    const written = await this.env.client.update<PersistentVolumeClaim>(CLAIMS, claim, subresource);
    this.#claims.wrote(written);
    return written;
  }

  async writeVolume(volume: Volume, subresource?: 'status'): Promise<Volume> {
    const written = await this.env.client.update<PersistentVolume>(VOLUMES, volume, subresource);
    this.#volumes.wrote(written);
    return written;
  }
}
