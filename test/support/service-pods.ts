import type { Client } from '../../controllers/lib/client.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Node, Pod, Service, ServiceSpec } from '../../server/kube/types.gen.ts';

export interface PodOptions {
  readonly namespace?: string;
  readonly labels?: Record<string, string>;
  readonly ip?: string;
  readonly ready?: boolean;
  /** When the pod became ready. */
  readonly since?: string;
  readonly spec?: object;
}

const CONTAINERS = [{ name: 'c', image: 'i', ports: [{ name: 'web', containerPort: 8080 }] }];

/** A pod on `node01` with an address, as a kubelet would report it; ready unless told otherwise. */
export async function createPod(client: Client, name: string, options: PodOptions = {}): Promise<Frozen<Pod>> {
  const { namespace = 'default', labels = { app: 'web' }, spec = {} } = options;
  const created = await client.create<Pod>('v1/pods', {
    metadata: { namespace, name, labels },
    spec: { nodeName: 'node01', containers: CONTAINERS, ...spec },
  } as unknown as Pod);
  return reportStatus(client, created, options);
}

/** Writes the status of a pod. */
export async function reportStatus(client: Client, pod: Frozen<Pod>, options: PodOptions): Promise<Frozen<Pod>> {
  const { ip, ready = true, since = '2026-01-02T03:04:05Z' } = options;
  const condition = { type: 'Ready', status: ready ? 'True' : 'False', lastTransitionTime: since };
  const { namespace = '', name = '' } = pod.metadata;
  const addresses = ip === undefined ? {} : { podIP: ip, podIPs: [{ ip }] };
  const status = { phase: 'Running', conditions: [condition], ...addresses };
  return client.patch<Pod>('v1/pods', { namespace, name }, 'merge', { status }, 'status');
}

/** A service in front of the pods labelled `app: web`. */
export async function createService(
  client: Client,
  name: string,
  spec: Partial<ServiceSpec> = {},
  metadata: Partial<Service['metadata']> = {},
): Promise<Frozen<Service>> {
  return client.create<Service>('v1/services', {
    metadata: { namespace: 'default', name, ...metadata },
    spec: {
      selector: { app: 'web' },
      ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }],
      ...spec,
    },
  } as unknown as Service);
}

export async function createNode(client: Client, name: string, zone?: string): Promise<Frozen<Node>> {
  const labels = zone === undefined ? {} : { 'topology.kubernetes.io/zone': zone };
  return client.create<Node>('v1/nodes', { metadata: { name, labels } } as unknown as Node);
}
