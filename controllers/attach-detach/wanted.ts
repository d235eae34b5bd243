/** What pods need on their nodes: the desired state of the world. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { ContainerStatus, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';
import { type AttachableVolume, attachableVolumes, mayNeedAttaching } from '../lib/volumes/attachable.ts';

/** A volume that pods of a node need. */
export interface Wanted {
  readonly volume: AttachableVolume;
  readonly pods: Frozen<Pod>[];
}

/** What the pods of a node need, by what the node calls it. */
export function wantedOn(node: string, env: ControllerEnv): Map<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  for (const pod of env.lister<Pod>(PODS).onNode(node)) {
    if (!mayNeedAttaching(pod) || isDone(pod)) continue;
    for (const volume of attachableVolumes(pod, env)) {
      const known = wanted.get(volume.uniqueName);
      if (known) known.pods.push(pod);
      else wanted.set(volume.uniqueName, { volume, pods: [pod] });
    }
  }
  return wanted;
}

/** Whether nothing of a pod runs, nor will (IsPodTerminated). */
function isDone(pod: Frozen<Pod>): boolean {
  if (isPodTerminal(pod)) return true;
  const { initContainerStatuses, containerStatuses, ephemeralContainerStatuses } = pod.status;
  return (
    pod.metadata.deletionTimestamp !== undefined &&
    [initContainerStatuses, containerStatuses, ephemeralContainerStatuses].every(isNothingRunning)
  );
}

function isNothingRunning(statuses: readonly Frozen<ContainerStatus>[] | undefined): boolean {
  return (statuses ?? []).every(({ state }) => state.terminated ?? state.waiting);
}

/** Why a volume that is on other nodes cannot come to the node of a pod, for that pod's author. */
export function waitingForDetach(pod: Frozen<Pod>, volumeName: string, users: readonly Frozen<Pod>[]): string {
  const { namespace } = pod.metadata;
  const near = users.filter(({ metadata }) => metadata.namespace === namespace).map(({ metadata }) => metadata.name);
  const far = users.length - near.length;
  const elsewhere = `${far} pod(s) in different namespaces`;
  let why = 'Volume is already exclusively attached to one node, waiting on detach before it can be attached to ';
  if (users.length === 0) why += 'another node';
  else if (near.length === 0) why = `Volume is already used by ${elsewhere}`;
  else why = `Volume is already used by pod(s) ${near.join(', ')}${far > 0 ? ` and ${elsewhere}` : ''}`;
  return `Waiting for detach for volume "${volumeName}" ${why}`;
}
