import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { VolumeAttributesClass } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { parameterProblems, provisionerProblems } from '../shared/storage-rules.ts';

function validate(attributes: Frozen<VolumeAttributesClass>, old?: Frozen<VolumeAttributesClass>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { driverName, parameters } = attributes;
  if (old && driverName !== old.driverName) {
    problems.push(forbiddenField('driverName', 'updates to driverName are forbidden.'));
  }
  if (old && !deepEqual(parameters ?? {}, old.parameters ?? {})) {
    problems.push(forbiddenField('parameters', 'updates to parameters are forbidden.'));
  }
  if (driverName === '') problems.push(required('driverName'));
  return [...problems, ...provisionerProblems('driverName', driverName), ...parameterProblems(parameters, false)];
}

export const definition: ResourceDefinition<VolumeAttributesClass> = {
  resource: 'volumeattributesclasses.storage.k8s.io',
  rechecksGenerateName: true,
  validate,
  returnsDeleted: true,
  cells: ({ metadata, driverName }, nowMs) => [metadata.name, driverName, since(metadata.creationTimestamp, nowMs)],
};
