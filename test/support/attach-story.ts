/** Clusters whose pods have volumes that are attached to their nodes. */
import { Client } from '../../controllers/lib/client.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { Event, Node, Pod, VolumeAttachment } from '../../server/kube/types.gen.ts';
import type { StartOptions } from '../../server/start-options.ts';
import { SimulatedClock } from './simulated-clock.ts';

export const ATTACHMENTS = 'storage.k8s.io/v1/volumeattachments';

/** A cluster of two nodes, `node01` and `node02`, whose time passes when the story says so. */
export class AttachStory implements AsyncDisposable {
  readonly cluster: RunningCluster;
  readonly clock: SimulatedClock;
  readonly client: Client;

  private constructor(cluster: RunningCluster, clock: SimulatedClock) {
    this.cluster = cluster;
    this.clock = clock;
    this.client = new Client(cluster.transport());
  }

  static async begin(options: StartOptions = {}): Promise<AttachStory> {
    const clock = new SimulatedClock();
    return new AttachStory(await startCluster({ logLevel: 'error', seed: 1, nodes: 2, clock, ...options }), clock);
  }

  async apply(manifest: string): Promise<void> {
    await this.cluster.apply(manifest);
    await this.cluster.settle();
  }

  /** A volume of the driver csi.example.com and a claim that is bound to it, both of one name. */
  async volume(name: string, accessMode = 'ReadWriteOnce', source?: string): Promise<void> {
    await this.apply(`
apiVersion: v1
kind: PersistentVolume
metadata: {name: ${name}}
spec:
  capacity: {storage: 1Gi}
  accessModes: [${accessMode}]
  storageClassName: ""
  ${source ?? `csi: {driver: csi.example.com, volumeHandle: handle-of-${name}}`}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: ${name}, namespace: default}
spec: {accessModes: [${accessMode}], storageClassName: "", volumeName: ${name}, resources: {requests: {storage: 1Gi}}}
`);
  }

  /** A pod on a node that uses the claim. */
  async pod(name: string, claim: string, node = 'node01', volume = `persistentVolumeClaim: {claimName: ${claim}}`) {
    await this.apply(`
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: default}
spec:
  nodeName: ${node}
  terminationGracePeriodSeconds: 0
  containers: [{name: c, image: nginx, volumeMounts: [{name: data, mountPath: /data}]}]
  volumes: [{name: data, ${volume}}]
`);
  }

  async pass(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
    await this.cluster.settle();
  }

  async deletePod(name: string): Promise<void> {
    await this.client.delete('v1/pods', { namespace: 'default', name }, { gracePeriodSeconds: 0 });
    await this.cluster.settle();
  }

  async phase(name: string): Promise<string | undefined> {
    return (await this.client.get<Pod>('v1/pods', { namespace: 'default', name })).status.phase;
  }

  node(name = 'node01'): Promise<Frozen<Node>> {
    return this.client.get<Node>('v1/nodes', { namespace: '', name });
  }

  attachments(): Promise<readonly Frozen<VolumeAttachment>[]> {
    return this.client.list<VolumeAttachment>(ATTACHMENTS);
  }

  /** `VOLUME on NODE: attached` of all attachments. */
  async attached(): Promise<string[]> {
    const attachments = await this.attachments();
    return attachments.map(({ metadata, spec, status }) => {
      const state = metadata.deletionTimestamp ? 'going' : status.attached ? 'attached' : 'waiting';
      return `${spec.source.persistentVolumeName} on ${spec.nodeName}: ${state}`;
    });
  }

  /** `Type Reason: message` about a pod, those of `source` only. */
  async told(pod: string, source = 'attachdetach-controller'): Promise<string[]> {
    const events = await this.client.list<Event>('v1/events', 'default');
    return events
      .filter(({ involvedObject, source: { component } }) => involvedObject.name === pod && component === source)
      .map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
  }

  async exists(resource: string, name: string): Promise<boolean> {
    try {
      await this.client.get(resource, { namespace: '', name });
      return true;
    } catch (error) {
      if (error instanceof ApiError && error.code === 404) return false;
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cluster.stop();
  }
}
