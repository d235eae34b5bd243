import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { selectorFromObject } from '../../kube/labels.ts';
import type { ReplicaSet } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { containerImages, containerNames } from '../shared/columns.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { negativeProblems } from '../shared/number-rules.ts';
import { fillPodTemplateDefaults } from '../shared/pod-spec-defaults.ts';
import { excessCountProblems, negativeCountProblems } from '../shared/replica-count-rules.ts';
import { scaleSubresource } from '../shared/scale.ts';
import { selectorCell } from '../shared/selector-columns.ts';
import { replicatedProblems, templateWarnings, workloadNameWarnings } from '../shared/workload-rules.ts';

function fillDefaults({ spec }: ReplicaSet): void {
  fillPodTemplateDefaults(spec.template);
  spec.replicas ??= 1;
}

function validate({ spec }: Frozen<ReplicaSet>, old?: Frozen<ReplicaSet>): FieldProblem[] {
  const problems = [
    ...negativeProblems('spec.replicas', spec.replicas),
    ...negativeProblems('spec.minReadySeconds', spec.minReadySeconds),
    ...replicatedProblems(spec.selector, spec.template),
  ];
  if (old && !deepEqual(spec.selector, old.spec.selector)) problems.push(immutable('spec.selector', spec.selector));
  return problems;
}

const LIMITED = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas'];

export const definition: ResourceDefinition<ReplicaSet> = {
  resource: 'replicasets.apps',
  fillDefaults,
  beforeCreate(replicaSet) {
    clearStatus(replicaSet, 'io.k8s.api.apps.v1.ReplicaSetStatus');
    return undefined;
  },
  checksEnums: true,
  validate,
  validateStatus: ({ status }) => [
    ...negativeCountProblems(status, ['replicas', ...LIMITED, 'observedGeneration', 'terminatingReplicas']),
    ...excessCountProblems(status, LIMITED, 'readyReplicas'),
  ],
  warnings: (object, old) => [
    ...(old ? [] : workloadNameWarnings(object.metadata.name)),
    ...templateWarnings(object, old),
  ],
  generation: ({ spec }) => spec,
  subresources: {
    scale: scaleSubresource({ group: 'apps', resource: 'replicasets' }, ({ spec }: Frozen<ReplicaSet>) =>
      selectorFromObject(spec.selector ?? {}),
    ),
  },
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    spec.replicas ?? 0,
    status.replicas,
    status.readyReplicas ?? 0,
    since(metadata.creationTimestamp, nowMs),
    containerNames(spec.template.spec.containers),
    containerImages(spec.template.spec.containers),
    selectorCell(spec.selector),
  ],
};
