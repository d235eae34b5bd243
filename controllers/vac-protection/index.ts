/** Keeps classes of volume attributes that are deleted: k8s.io/kubernetes/pkg/controller/volume/vacprotection. */
import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Key } from '../../server/kube/object.ts';
import type { PersistentVolume, PersistentVolumeClaim, VolumeAttributesClass } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { isHeldBy, lacks, withFinalizer, withoutFinalizer } from '../lib/volumes/finalizers.ts';
import { ATTRIBUTES_CLASSES, CLAIMS, VOLUMES } from '../lib/volumes/matching.ts';

const FINALIZER = 'kubernetes.io/vac-protection';

/** A class stays as long as a claim or a volume has it, wants it or is about to get it. */
export const controller: ControllerDefinition = {
  name: 'volumeattributesclass-protection-controller',
  queue: 'vacprotection',
  account: 'volumeattributesclass-protection-controller',
  watches: [self(ATTRIBUTES_CLASSES)],
  reads: [CLAIMS, VOLUMES],
  start,
  reconcile,
};

function start(env: ControllerEnv): Cancel {
  const release = (before: readonly string[], now: readonly string[]): void => {
    for (const name of before) if (!now.includes(name)) env.enqueue({ namespace: '', name });
  };
  const cancels = [
    env.onChange<PersistentVolumeClaim>(CLAIMS, ({ before, now }) => release(ofClaim(before), ofClaim(now))),
    env.onChange<PersistentVolume>(VOLUMES, ({ before, now }) => release(ofVolume(before), ofVolume(now))),
  ];
  return () => {
    for (const cancel of cancels) cancel();
  };
}

function ofClaim(claim: Frozen<PersistentVolumeClaim> | undefined): string[] {
  const { currentVolumeAttributesClassName, modifyVolumeStatus } = claim?.status ?? {};
  const names = [
    claim?.spec.volumeAttributesClassName,
    currentVolumeAttributesClassName,
    modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.filter((name): name is string => name !== undefined && name !== '');
}

function ofVolume(volume: Frozen<PersistentVolume> | undefined): string[] {
  const name = volume?.spec.volumeAttributesClassName ?? '';
  return name === '' ? [] : [name];
}

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const found = env.lister<VolumeAttributesClass>(ATTRIBUTES_CLASSES).get(key);
  if (!found) return;
  if (isHeldBy(found, FINALIZER)) {
    const isUsed =
      env
        .lister<PersistentVolume>(VOLUMES)
        .list()
        .some((volume) => ofVolume(volume).includes(key.name)) ||
      env
        .lister<PersistentVolumeClaim>(CLAIMS)
        .list()
        .some((claim) => ofClaim(claim).includes(key.name));
    if (!isUsed) await env.client.update(ATTRIBUTES_CLASSES, withoutFinalizer(found, FINALIZER));
  } else if (lacks(found, FINALIZER)) {
    await env.client.update(ATTRIBUTES_CLASSES, withFinalizer(found, FINALIZER));
  }
}
