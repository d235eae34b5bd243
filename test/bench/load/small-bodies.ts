/** Objects that clusters are full of, besides pods and ConfigMaps. */

export const EVENTS = '/api/v1/namespaces/default/events';
export const LEASES = '/apis/coordination.k8s.io/v1/namespaces/default/leases';

const TIME = '2026-01-01T00:00:00Z';

/** What a kubelet tells of a pod. */
export function eventBody(name: string): Buffer {
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name, namespace: 'default' },
    involvedObject: { apiVersion: 'v1', kind: 'Pod', namespace: 'default', name, fieldPath: 'spec.containers{main}' },
    reason: 'Pulled',
    message: `Container image "registry.example/shop/${name}:v2.4.1" already present on machine`,
    type: 'Normal',
    count: 1,
    firstTimestamp: TIME,
    lastTimestamp: TIME,
    source: { component: 'kubelet', host: 'node01' },
  };
  return Buffer.from(JSON.stringify(event));
}

/** What a node or a leader holds. */
export function leaseBody(name: string): Buffer {
  const spec = { holderIdentity: name, leaseDurationSeconds: 40, renewTime: TIME.replace('Z', '.000000Z') };
  return Buffer.from(JSON.stringify({ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name }, spec }));
}
