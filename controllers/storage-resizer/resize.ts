/** Claims that grow, with volumes of our own driver: expandAndRecover of the external resizer. */
import { rfc3339 } from '../../server/base/clock.ts';
import { compareAmounts } from '../../server/kube/amounts.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { annotated } from '../lib/volumes/annotations.ts';
import { CLAIMS, type Claim, VOLUMES, type Volume } from '../lib/volumes/matching.ts';
import { type ResizeStatus, resizeConditions } from '../lib/volumes/resize-conditions.ts';

/** Kubelets have nothing to do for what has no file system. */
const NO_NODE_EXPANSION = 'volume.kubernetes.io/node-expansion-not-required';

const WAITING = 'Waiting for user to (re-)start a pod to finish file system resize of volume on node.';

/** Makes a volume as large as its claim asks. The file system in it is the kubelet's, when a pod uses it. */
export async function resize(claim: Claim, volume: Volume, env: ControllerEnv): Promise<void> {
  const size = sizeToReach(claim, volume);
  if (size === undefined) return;
  const { name = '' } = volume.metadata;
  let current = claim;
  if (claim.status.allocatedResources?.storage !== size) current = await begin(claim, size, env);
  env.event(claim, 'Normal', 'Resizing', `External resizer is resizing volume ${name}`);
  if (compareAmounts(volume.spec.capacity?.storage ?? '0', size) < 0) {
    const capacity = { ...volume.spec.capacity, storage: size };
    await env.client.update<PersistentVolume>(VOLUMES, { ...volume, spec: { ...volume.spec, capacity } });
  }
  if (claim.spec.volumeMode === 'Block') await finish(current, size, env);
  else await leaveToNode(current, env);
}

/** What the volume is to grow to now; undefined when it is the kubelet's turn, or nobody's. */
function sizeToReach({ spec, status }: Claim, volume: Volume): string | undefined {
  const wanted = spec.resources.requests?.storage ?? '0';
  if (compareAmounts(wanted, status.capacity?.storage ?? '0') <= 0) return undefined;
  const allocated = status.allocatedResources?.storage ?? wanted;
  switch (status.allocatedResourceStatuses?.storage as ResizeStatus | undefined) {
    case 'ControllerResizeInProgress':
      return allocated;
    case 'NodeResizePending':
    case 'NodeResizeInProgress':
      // What was begun is finished first.
      return compareAmounts(volume.spec.capacity?.storage ?? '0', allocated) >= 0 ? undefined : allocated;
    default:
      return wanted;
  }
}

const withStatus = (claim: Claim, status: Partial<Claim['status']>): Claim => ({
  ...claim,
  status: { ...claim.status, ...status },
});

const write = (claim: Claim, env: ControllerEnv): Promise<Claim> =>
  env.client.update<PersistentVolumeClaim>(CLAIMS, claim, 'status');

const standing = ({ status }: Claim, resizeStatus: ResizeStatus): Record<string, string> => ({
  ...status.allocatedResourceStatuses,
  storage: resizeStatus,
});

function begin(claim: Claim, size: string, env: ControllerEnv): Promise<Claim> {
  const { conditions, allocatedResources } = claim.status;
  const lastTransitionTime = rfc3339(env.clock.now());
  const status = {
    conditions: resizeConditions(conditions, { type: 'Resizing', status: 'True', lastTransitionTime }),
    allocatedResources: { ...allocatedResources, storage: size },
    allocatedResourceStatuses: standing(claim, 'ControllerResizeInProgress'),
  };
  return write(withStatus(claim, status), env);
}

async function leaveToNode(claim: Claim, env: ControllerEnv): Promise<void> {
  const lastTransitionTime = rfc3339(env.clock.now());
  const condition = { type: 'FileSystemResizePending', status: 'True', lastTransitionTime, message: WAITING };
  const status = {
    conditions: resizeConditions(claim.status.conditions, condition, { keeps: true }),
    allocatedResourceStatuses: standing(claim, 'NodeResizePending'),
  };
  await write(withStatus(claim, status), env);
  env.event(claim, 'Normal', 'FileSystemResizeRequired', 'Require file system resize of volume on node');
}

async function finish(claim: Claim, size: string, env: ControllerEnv): Promise<void> {
  const { conditions, capacity, allocatedResourceStatuses = {} } = claim.status;
  const { storage: _, ...others } = allocatedResourceStatuses;
  const status = {
    conditions: resizeConditions(conditions),
    capacity: { ...capacity, storage: size },
    allocatedResourceStatuses: others,
  };
  await write(annotated(withStatus(claim, status), { [NO_NODE_EXPANSION]: 'true' }), env);
  env.event(claim, 'Normal', 'VolumeResizeSuccessful', 'Resize volume succeeded');
}
