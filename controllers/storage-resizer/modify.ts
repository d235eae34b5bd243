/** Claims that change their class of attributes, with volumes of our own driver: the external resizer's modifier. */
import { rfc3339 } from '../../server/base/clock.ts';
import { goQuote } from '../../server/kube/go-quote.ts';
import type { PersistentVolume, PersistentVolumeClaim, VolumeAttributesClass } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { ATTRIBUTES_CLASSES, CLAIMS, type Claim, VOLUMES, type Volume } from '../lib/volumes/matching.ts';

const OF_MODIFYING = ['ModifyingVolume', 'ModifyVolumeError'];

/** Gives a volume the attributes that its claim asks for. Any will do. */
export async function modify(claim: Claim, volume: Volume, env: ControllerEnv): Promise<void> {
  const wanted = claim.spec.volumeAttributesClassName ?? '';
  const { currentVolumeAttributesClassName: current = '', modifyVolumeStatus } = claim.status;
  const target = wanted === '' ? (modifyVolumeStatus?.targetVolumeAttributesClassName ?? '') : wanted;
  if (target === '' || (!modifyVolumeStatus && target === current)) return;
  const key = { namespace: '', name: target };
  if (!env.lister<VolumeAttributesClass>(ATTRIBUTES_CLASSES).get(key)) return postpone(claim, target, env);
  const begun = modifyVolumeStatus?.status === 'InProgress' ? claim : await begin(claim, target, env);
  const { name = '' } = claim.metadata;
  env.event(claim, 'Normal', 'VolumeModify', `external resizer is modifying volume ${name} with vac ${target}`);
  if (volume.spec.volumeAttributesClassName !== target) {
    const spec = { ...volume.spec, volumeAttributesClassName: target };
    await env.client.update<PersistentVolume>(VOLUMES, { ...volume, spec });
  }
  const { modifyVolumeStatus: _, ...status } = begun.status;
  const conditions = (status.conditions ?? []).filter(({ type }) => !OF_MODIFYING.includes(type));
  await write(begun, { ...status, conditions, currentVolumeAttributesClassName: target }, env);
  const message = `external resizer modified volume ${name} with vac ${target} successfully`;
  env.event(claim, 'Normal', 'VolumeModifySuccessful', message);
}

const write = (claim: Claim, status: Claim['status'], env: ControllerEnv): Promise<Claim> =>
  env.client.update<PersistentVolumeClaim>(CLAIMS, { ...claim, status }, 'status');

/** There is no such class yet. */
async function postpone(claim: Claim, target: string, env: ControllerEnv): Promise<void> {
  const { modifyVolumeStatus } = claim.status;
  if (modifyVolumeStatus?.status === 'Pending') return;
  env.event(claim, 'Warning', 'VolumeModifyFailed', `VAC ${goQuote(target)} does not exist.`);
  await write(claim, { ...claim.status, modifyVolumeStatus: { ...modifyVolumeStatus, status: 'Pending' } }, env);
}

function begin(claim: Claim, target: string, env: ControllerEnv): Promise<Claim> {
  const { conditions = [] } = claim.status;
  const modifying = {
    type: 'ModifyingVolume',
    status: 'True',
    lastProbeTime: rfc3339(env.clock.now()),
    message: `Modifying volume to ${goQuote(target)} is in progress.`,
  };
  const status = {
    ...claim.status,
    conditions: [...conditions.filter(({ type }) => type !== 'ModifyingVolume'), modifying],
    modifyVolumeStatus: { targetVolumeAttributesClassName: target, status: 'InProgress' },
  };
  return write(claim, status, env);
}
