import type { Cancel } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import { volumeClaimNames } from '../../server/kube/pod-references.ts';
import { namesStorageClass, storageClassName } from '../../server/kube/storage-class.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, StorageClass } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import type { Change } from '../lib/informer.ts';
import { PODS } from '../lib/pods.ts';
import { BIND_COMPLETED } from '../lib/volumes/annotations.ts';
import { CLAIMS, CLASSES, type Claim, VOLUMES, type Volume, waitsForConsumer } from '../lib/volumes/matching.ts';
import { claimKeyOf, syncClaim } from './sync-claim.ts';
import { syncVolume } from './sync-volume.ts';
import { View } from './view.ts';

/** Upstream looks at everything anew after this time, and only then notices pods. */
const RESYNC_MS = 15_000;

/** Binds volumes and claims to each other, and reclaims volumes whose claims are gone. */
class Binder {
  /** Claims that never had a volume. */
  readonly #pending = new Set<string>();
  #view: View | undefined;

  start(env: ControllerEnv): Cancel {
    const view = new View(env);
    this.#view = view;
    this.#pending.clear();
    const cancels = [
      env.onChange<PersistentVolume>(VOLUMES, (change) => {
        view.volumeSeen(change);
        this.#volumeChanged(change, view);
      }),
      env.onChange<PersistentVolumeClaim>(CLAIMS, (change) => {
        view.claimSeen(change);
        this.#claimChanged(change, view);
      }),
      env.onChange<StorageClass>(CLASSES, ({ now }) => {
        if (now) this.#wakePending(view, (claim) => isOf(claim, now.metadata.name ?? ''));
      }),
      env.onChange<Pod>(PODS, ({ before, now }) => {
        if (now && !before) this.#podCame(now, env);
      }),
    ];
    return () => {
      for (const cancel of cancels) cancel();
    };
  }

  /** Volumes have no namespace, claims have one. */
  async reconcile(key: Key): Promise<undefined> {
    const view = this.#view;
    if (!view) return;
    if (key.namespace === '') {
      const volume = view.volume(key.name);
      if (volume) await syncVolume(view, volume);
    } else {
      const claim = view.claim(key);
      if (claim) await syncClaim(view, claim);
    }
  }

  #volumeChanged({ before, now }: Change<PersistentVolume>, view: View): void {
    const { env } = view;
    const claim = [before, now].map((volume) => volume && claimKeyOf(volume)).find((key) => key !== undefined);
    // A claim whose volume is gone is lost.
    if (claim !== undefined && (!now || this.#pending.has(claim))) env.enqueue(keyOfText(claim));
    if (now) this.#wakePending(view, (pending) => mayTake(pending, now, view));
  }

  #claimChanged({ before, now }: Change<PersistentVolumeClaim>, view: View): void {
    const claim = now ?? before;
    if (!claim) return;
    const key = keyText(keyOf(claim));
    const name = claim.spec.volumeName ?? '';
    if (now && getOwn(now.metadata.annotations, BIND_COMPLETED) === undefined) this.#pending.add(key);
    else this.#pending.delete(key);
    if (name !== '') view.env.enqueue({ namespace: '', name });
    // Volumes that wait for a claim which took another one, or is gone, are free.
    if (now && (before?.spec.volumeName ?? '') === name) return;
    for (const volume of view.volumes()) if (claimKeyOf(volume) === key) view.env.enqueue(keyOf(volume));
  }

  #podCame(pod: Frozen<Pod>, env: ControllerEnv): void {
    if (this.#pending.size === 0) return;
    const { namespace } = keyOf(pod);
    for (const name of volumeClaimNames(pod))
      if (this.#pending.has(keyText({ namespace, name }))) env.enqueue({ namespace, name }, RESYNC_MS);
  }

  #wakePending(view: View, isConcerned: (claim: Claim) => boolean): void {
    for (const text of this.#pending) {
      const key = keyOfText(text);
      const claim = view.claim(key);
      if (claim && isConcerned(claim)) view.env.enqueue(key);
    }
  }
}

/** Whether a claim is of a class, or will be if it is the default one. */
function isOf(claim: Claim, className: string): boolean {
  return !namesStorageClass(claim) || storageClassName(claim) === className;
}

function mayTake(claim: Claim, volume: Volume, view: View): boolean {
  const { claimRef } = volume.spec;
  if (claim.spec.volumeName) return claim.spec.volumeName === volume.metadata.name;
  if (claimRef) return claimRef.name === claim.metadata.name && claimRef.namespace === claim.metadata.namespace;
  const className = storageClassName(claim);
  const isOfClass = volume.status.phase === 'Available' && storageClassName(volume) === className;
  // The scheduler finds volumes for the others.
  return isOfClass && !waitsForConsumer(view.storageClass(className));
}

function keyOfText(text: string): Key {
  const slash = text.indexOf('/');
  return { namespace: text.slice(0, slash), name: text.slice(slash + 1) };
}

/** Made anew for each cluster: a binder remembers what it wrote. */
export function createPersistentVolumeBinder(): ControllerDefinition {
  const binder = new Binder();
  return {
    name: 'persistentvolume-binder-controller',
    account: 'persistent-volume-binder',
    eventSource: 'persistentvolume-controller',
    queue: 'claims',
    watches: [self(CLAIMS), self(VOLUMES)],
    reads: [CLASSES, PODS],
    // One after the other: two claims must not take the same volume.
    workers: 1,
    start: (env) => binder.start(env),
    reconcile: (key) => binder.reconcile(key),
  };
}
