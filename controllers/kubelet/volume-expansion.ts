/** File systems that grow with their volumes: pkg/volume/util/operationexecutor/node_expander.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import { volumeClaimNames } from '../../server/kube/pod-references.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../../server/kube/types.gen.ts';
import { CLAIMS, VOLUMES } from '../lib/volumes/matching.ts';
import { resizeConditions } from '../lib/volumes/resize-conditions.ts';
import { nodeUser } from './heartbeats.ts';
import type { Look } from './look.ts';

/** Whether the driver is done with a claim that grows, and a kubelet has to go on. */
export function isNodeExpansionDue({ status }: Frozen<PersistentVolumeClaim>): boolean {
  const standing = status.allocatedResourceStatuses?.storage;
  return standing === 'NodeResizePending' || standing === 'NodeResizeInProgress';
}

/** Expands the file systems of a running pod whose volumes have grown. */
export async function expandVolumes({ pod, env }: Look): Promise<void> {
  const { namespace = '' } = pod.metadata;
  const { nodeName = '' } = pod.spec;
  const client = env.clientOf(nodeUser(nodeName));
  const write = (
    claim: Frozen<PersistentVolumeClaim>,
    status: Partial<Frozen<PersistentVolumeClaim>['status']>,
  ): Promise<Frozen<PersistentVolumeClaim>> =>
    client.update<PersistentVolumeClaim>(CLAIMS, { ...claim, status: { ...claim.status, ...status } }, 'status');
  for (const name of volumeClaimNames(pod)) {
    const claim = env.lister<PersistentVolumeClaim>(CLAIMS).get({ namespace, name });
    if (!claim || !isNodeExpansionDue(claim)) continue;
    const { volumeName = '' } = claim.spec;
    const volume = env.lister<PersistentVolume>(VOLUMES).get({ namespace: '', name: volumeName });
    const storage = volume?.spec.capacity?.storage;
    if (storage === undefined) continue;
    const { storage: _, ...others } = claim.status.allocatedResourceStatuses ?? {};
    const begun = await write(claim, { allocatedResourceStatuses: { ...others, storage: 'NodeResizeInProgress' } });
    const message = `MountVolume.NodeExpandVolume succeeded for volume "${volumeName}" ${nodeName}`;
    for (const about of [pod, claim])
      env.event(about, 'Normal', 'FileSystemResizeSuccessful', message, { host: nodeName });
    await write(begun, {
      capacity: { ...claim.status.capacity, storage },
      conditions: resizeConditions(begun.status.conditions),
      allocatedResourceStatuses: others,
    });
  }
}
