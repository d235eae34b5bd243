/** What a kubelet says and hears about volumes that are attached to its node: pkg/kubelet/volumemanager. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { Node, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';
import {
  type AttachableVolume,
  attachableVolumes,
  isAttachManaged,
  mayNeedAttaching,
} from '../lib/volumes/attachable.ts';
import { nodeUser } from './heartbeats.ts';
import type { MountProblem } from './references.ts';

/** How long a pod waits for its volumes before somebody is told (podAttachAndMountTimeout). */
export const MOUNT_TIMEOUT_MS = (2 * 60 + 3) * 1000;

/** Volumes of a pod that have to be attached and that some container uses: nobody waits for others. */
function usedVolumes(pod: Frozen<Pod>, env: ControllerEnv): AttachableVolume[] {
  if (!mayNeedAttaching(pod)) return [];
  const containers = [...(pod.spec.initContainers ?? []), ...(pod.spec.containers ?? [])];
  const used = containers.flatMap(({ volumeMounts = [], volumeDevices = [] }) =>
    [...volumeMounts, ...volumeDevices].map(({ name }) => name),
  );
  return attachableVolumes(pod, env).filter(({ podVolume }) => used.includes(podVolume));
}

/** Tells which volumes pods of a node have, or will have as soon as they are attached. */
export async function reportVolumesInUse(node: Frozen<Node>, env: ControllerEnv): Promise<void> {
  const { name = '' } = node.metadata;
  const { volumesInUse: reported = [] } = node.status;
  const running = env
    .lister<Pod>(PODS)
    .onNode(name)
    .filter((pod) => !isPodTerminal(pod));
  const names = running.flatMap((pod) => usedVolumes(pod, env)).map(({ uniqueName }) => uniqueName);
  const volumesInUse = [...new Set(names)].sort();
  if (deepEqual(volumesInUse, reported)) return;
  const status = { volumesInUse: volumesInUse.length > 0 ? volumesInUse : null };
  await env.clientOf(nodeUser(name)).patch('v1/nodes', keyOf(node), 'merge', { status }, 'status');
}

/** The volumes of a pod that its node does not have yet. */
export function unattachedVolumes(pod: Frozen<Pod>, node: Frozen<Node>, env: ControllerEnv): AttachableVolume[] {
  if (!isAttachManaged(node)) return [];
  const { volumesInUse = [], volumesAttached = [] } = node.status;
  return usedVolumes(pod, env).filter(
    ({ uniqueName }) =>
      !volumesInUse.includes(uniqueName) || !volumesAttached.some((attached) => attached.name === uniqueName),
  );
}

/** What is told of a pod that has waited for too long. */
export function lateMessage(problems: readonly MountProblem[], unattached: readonly AttachableVolume[]): string {
  const missing = unattached.map(({ podVolume }) => podVolume).sort();
  const unmounted = [...new Set([...problems.map(({ volume }) => volume), ...missing])].sort();
  const lists =
    `unmounted volumes=[${unmounted.join(' ')}], unattached volumes=[${missing.join(' ')}], ` +
    'failed to process volumes=[]';
  return `Unable to attach or mount volumes: ${lists}: context deadline exceeded`;
}
