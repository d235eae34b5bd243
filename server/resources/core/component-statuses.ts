import type { ComponentStatus } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';

/** There are no such processes here, so nothing of them can be ill. */
const COMPONENTS = ['controller-manager', 'scheduler', 'etcd-0'];

const statusOf = (name: string): ComponentStatus => ({
  kind: 'ComponentStatus',
  apiVersion: 'v1',
  metadata: { name },
  conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
});

export const definition: ResourceDefinition<ComponentStatus> = {
  resource: 'componentstatuses',
  deprecation: 'v1 ComponentStatus is deprecated in v1.19+',
  computed: () => COMPONENTS.map(statusOf),
  cells({ metadata, conditions }) {
    const healthy = conditions?.find(({ type }) => type === 'Healthy');
    const status = healthy ? (healthy.status === 'True' ? 'Healthy' : 'Unhealthy') : 'Unknown';
    return [metadata.name, status, healthy?.message ?? '', healthy?.error ?? ''];
  },
};
