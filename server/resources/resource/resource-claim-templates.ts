import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { ResourceClaimTemplate } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { templateMetaProblems } from '../shared/claim-rules.ts';
import { fillDeviceClaimDefaults } from '../shared/device-defaults.ts';
import { deviceClaimProblems } from '../shared/device-request-rules.ts';
import { internalForm } from '../shared/internal-form.ts';

function validate({ spec }: Frozen<ResourceClaimTemplate>, old?: Frozen<ResourceClaimTemplate>): FieldProblem[] {
  if (old && deepEqual(spec, old.spec)) return [];
  const problems = [
    ...templateMetaProblems(spec.metadata, 'spec.metadata'),
    ...deviceClaimProblems(spec.spec.devices, 'spec.spec.devices'),
  ];
  if (old) problems.push(immutable('spec', internalForm(spec, 'io.k8s.api.resource.v1.ResourceClaimTemplateSpec')));
  return problems;
}

export const definition: ResourceDefinition<ResourceClaimTemplate> = {
  resource: 'resourceclaimtemplates.resource.k8s.io',
  fillDefaults: ({ spec }) => fillDeviceClaimDefaults(spec.spec.devices),
  checksEnums: true,
  validate,
  returnsDeleted: true,
  cells: ({ metadata }, nowMs) => [metadata.name, since(metadata.creationTimestamp, nowMs)],
};
