import { since } from '../../kube/human-duration.ts';
import type { FlowSchema } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { schemaV1beta3, V1BETA3 } from '../shared/flow-control-v1beta3.ts';
import { flowConditionProblems, flowSchemaProblems } from '../shared/flow-schema-rules.ts';

export const definition: ResourceDefinition<FlowSchema> = {
  resource: 'flowschemas.flowcontrol.apiserver.k8s.io',
  rechecksGenerateName: true,
  fillDefaults({ spec }) {
    spec.matchingPrecedence ||= 1000;
  },
  beforeCreate(schema) {
    clearStatus(schema, 'io.k8s.api.flowcontrol.v1.FlowSchemaStatus');
    return undefined;
  },
  validate: ({ metadata, spec, status }) => [
    ...flowSchemaProblems(metadata.name ?? '', spec),
    ...flowConditionProblems(status.conditions),
  ],
  validateStatus: ({ status }) => flowConditionProblems(status.conditions),
  generation: ({ spec }) => spec,
  versions: { [V1BETA3]: schemaV1beta3 },
  // All metadata, upstream says.
  statusKeeps: ['generateName', 'labels', 'annotations', 'finalizers', 'ownerReferences'],
  // Those that are asked first stand first.
  tableOrder: (a, b) => (a.spec.matchingPrecedence ?? 0) - (b.spec.matchingPrecedence ?? 0),
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    spec.priorityLevelConfiguration.name,
    spec.matchingPrecedence,
    spec.distinguisherMethod?.type ?? '<none>',
    since(metadata.creationTimestamp, nowMs),
    status.conditions?.find(({ type }) => type === 'Dangling')?.status ?? '?',
  ],
};
