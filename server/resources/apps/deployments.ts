import { deepEqual, type Frozen } from '../../base/freeze.ts';
import {
  type FieldProblem,
  forbiddenField,
  immutable,
  invalid,
  notSupported,
  required,
} from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { formatSelector, selectorFromObject } from '../../kube/labels.ts';
import type { Deployment, DeploymentStrategy, RollingUpdateDeployment } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { containerImages, containerNames } from '../shared/columns.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { internalForm } from '../shared/internal-form.ts';
import {
  above100PercentProblems,
  decrementProblems,
  intOrPercentProblems,
  intOrPercentValue,
  negativeProblems,
} from '../shared/number-rules.ts';
import { fillPodTemplateDefaults } from '../shared/pod-spec-defaults.ts';
import { excessCountProblems, negativeCountProblems } from '../shared/replica-count-rules.ts';
import { scaleSubresource } from '../shared/scale.ts';
import { readSelector } from '../shared/selector-rules.ts';
import { replicatedProblems, templateWarnings, workloadNameWarnings } from '../shared/workload-rules.ts';

const STRATEGY = 'spec.strategy';
const ROLLING = `${STRATEGY}.rollingUpdate`;

function fillDefaults(deployment: Deployment): void {
  const { spec } = deployment;
  fillPodTemplateDefaults(spec.template);
  spec.replicas ??= 1;
  spec.strategy.type ||= 'RollingUpdate';
  if (spec.strategy.type === 'RollingUpdate') {
    spec.strategy.rollingUpdate ??= {};
    spec.strategy.rollingUpdate.maxUnavailable ??= '25%';
    spec.strategy.rollingUpdate.maxSurge ??= '25%';
  } else if (spec.strategy.rollingUpdate) {
    spec.strategy.rollingUpdate.maxUnavailable ??= 0;
    spec.strategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  spec.progressDeadlineSeconds ??= 600;
}

function validate({ spec }: Frozen<Deployment>, old?: Frozen<Deployment>): FieldProblem[] {
  const { selector, minReadySeconds = 0, progressDeadlineSeconds: deadlineSeconds } = spec;
  const problems = [
    ...negativeProblems('spec.replicas', spec.replicas),
    ...replicatedProblems(selector, spec.template),
    ...strategyProblems(spec.strategy),
    ...negativeProblems('spec.minReadySeconds', minReadySeconds),
    ...negativeProblems('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...negativeProblems('spec.progressDeadlineSeconds', deadlineSeconds),
  ];
  if (deadlineSeconds !== undefined && deadlineSeconds <= minReadySeconds) {
    const detail = 'must be greater than minReadySeconds';
    problems.push(invalid('spec.progressDeadlineSeconds', deadlineSeconds, detail));
  }
  if (old && !deepEqual(selector, old.spec.selector)) problems.push(immutable('spec.selector', selector));
  return problems;
}

function strategyProblems(strategy: Frozen<DeploymentStrategy>): FieldProblem[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'Recreate') {
    const detail = "may not be specified when strategy `type` is 'Recreate'";
    return rollingUpdate ? [forbiddenField(ROLLING, detail)] : [];
  }
  if (type === 'RollingUpdate') {
    if (rollingUpdate) return rollingUpdateProblems(rollingUpdate);
    return [required(ROLLING, 'this should be defaulted and never be nil')];
  }
  const shown = internalForm(strategy, 'io.k8s.api.apps.v1.DeploymentStrategy');
  return [notSupported(STRATEGY, shown, ['Recreate', 'RollingUpdate'])];
}

function rollingUpdateProblems({ maxUnavailable = 0, maxSurge = 0 }: Frozen<RollingUpdateDeployment>): FieldProblem[] {
  const problems = [
    ...intOrPercentProblems(`${ROLLING}.maxUnavailable`, maxUnavailable),
    ...intOrPercentProblems(`${ROLLING}.maxSurge`, maxSurge),
  ];
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    problems.push(invalid(`${ROLLING}.maxUnavailable`, maxUnavailable, 'may not be 0 when `maxSurge` is 0'));
  }
  return [...problems, ...above100PercentProblems(`${ROLLING}.maxUnavailable`, maxUnavailable)];
}

const COUNTS = [
  'observedGeneration',
  'replicas',
  'updatedReplicas',
  'readyReplicas',
  'availableReplicas',
  'unavailableReplicas',
  'terminatingReplicas',
  'collisionCount',
];

export const definition: ResourceDefinition<Deployment> = {
  resource: 'deployments.apps',
  fillDefaults,
  beforeCreate(deployment) {
    clearStatus(deployment, 'io.k8s.api.apps.v1.DeploymentStatus');
    return undefined;
  },
  checksEnums: true,
  validate,
  validateStatus: ({ status }, old) => [
    ...negativeCountProblems(status, COUNTS),
    ...excessCountProblems(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'], 'readyReplicas'),
    ...decrementProblems('status.collisionCount', status.collisionCount, old.status.collisionCount),
  ],
  warnings: (object, old) => [
    ...(old ? [] : workloadNameWarnings(object.metadata.name)),
    ...templateWarnings(object, old),
  ],
  // Annotations count: they are copied to replica sets.
  generation: ({ metadata, spec }) => [spec, metadata.annotations ?? {}],
  statusKeeps: ['labels'],
  subresources: {
    scale: scaleSubresource({ group: 'apps', resource: 'deployments' }, ({ spec }: Frozen<Deployment>) =>
      selectorFromObject(spec.selector ?? {}),
    ),
  },
  cells({ metadata, spec, status }, nowMs) {
    const selector = readSelector(spec.selector ?? {});
    return [
      metadata.name,
      `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
      status.updatedReplicas ?? 0,
      status.availableReplicas ?? 0,
      since(metadata.creationTimestamp, nowMs),
      containerNames(spec.template.spec.containers),
      containerImages(spec.template.spec.containers),
      selector ? formatSelector(selector) : '<invalid>',
    ];
  },
};
