import { deepEqual, type Frozen, getOwn } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { DaemonSet, DaemonSetUpdateStrategy, RollingUpdateDaemonSet } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { containerImages, containerNames, formatLabels } from '../shared/columns.ts';
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
import { podTemplateProblems } from '../shared/pod-spec-rules.ts';
import { podTemplateWarnings } from '../shared/pod-warnings.ts';
import { negativeCountProblems } from '../shared/replica-count-rules.ts';
import { selectorCell } from '../shared/selector-columns.ts';
import { isEmptySelector, mismatchProblems, selectorProblems } from '../shared/selector-rules.ts';
import { sortedKeys } from '../shared/sorted-keys.ts';
import { restartProblems } from '../shared/workload-rules.ts';

/** A field of the old API groups, which apps/v1 shows as an annotation (apps/v1/conversion.go). */
const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';
const STRATEGY = 'spec.updateStrategy';
const ROLLING = `${STRATEGY}.rollingUpdate`;

function fillDefaults(daemonSet: DaemonSet): void {
  const { spec } = daemonSet;
  fillPodTemplateDefaults(spec.template);
  spec.updateStrategy.type ||= 'RollingUpdate';
  if (spec.updateStrategy.type === 'RollingUpdate') {
    spec.updateStrategy.rollingUpdate ??= {};
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 1;
  }
  if (spec.updateStrategy.rollingUpdate) {
    spec.updateStrategy.rollingUpdate.maxUnavailable ??= 0;
    spec.updateStrategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= 10;
  // Every object has it, so whoever writes one is its manager.
  setTemplateGeneration(daemonSet, templateGenerationOf(daemonSet as Frozen<DaemonSet>));
}

function templateGenerationOf({ metadata }: Frozen<DaemonSet>): number {
  const value = Number.parseInt(getOwn(metadata.annotations, TEMPLATE_GENERATION) ?? '', 10);
  return Number.isNaN(value) ? 0 : value;
}

function setTemplateGeneration({ metadata }: DaemonSet, generation: number): void {
  metadata.annotations = sortedKeys({ ...metadata.annotations, [TEMPLATE_GENERATION]: String(generation) });
}

function validate({ spec }: Frozen<DaemonSet>, old?: Frozen<DaemonSet>): FieldProblem[] {
  const { selector, template } = spec;
  const problems: FieldProblem[] = [];
  if (old && !deepEqual(selector, old.spec.selector)) problems.push(immutable('spec.selector', selector));
  const lenient = selectorProblems(old?.spec.selector, '').length > 0;
  problems.push(
    ...selectorProblems(selector, 'spec.selector', lenient),
    ...mismatchProblems(selector, template.metadata?.labels, 'spec.template'),
  );
  if (selector && isEmptySelector(selector)) {
    problems.push(invalid('spec.selector', selector, 'empty selector is invalid for daemonset'));
  }
  return [
    ...problems,
    ...podTemplateProblems(template, 'spec.template'),
    ...restartProblems(template, 'DaemonSet'),
    ...negativeProblems('spec.minReadySeconds', spec.minReadySeconds),
    ...strategyProblems(spec.updateStrategy),
    ...negativeProblems('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ];
}

function strategyProblems(strategy: Frozen<DaemonSetUpdateStrategy>): FieldProblem[] {
  const { type, rollingUpdate } = strategy;
  if (type === 'OnDelete') return [];
  if (type === 'RollingUpdate') return rollingUpdate ? rollingUpdateProblems(rollingUpdate) : [required(ROLLING)];
  const shown = internalForm(strategy, 'io.k8s.api.apps.v1.DaemonSetUpdateStrategy');
  return [notSupported(STRATEGY, shown, ['RollingUpdate', 'OnDelete'])];
}

function rollingUpdateProblems({ maxUnavailable = 0, maxSurge = 0 }: Frozen<RollingUpdateDaemonSet>): FieldProblem[] {
  const problems = [
    ...intOrPercentProblems(`${ROLLING}.maxUnavailable`, maxUnavailable),
    ...intOrPercentProblems(`${ROLLING}.maxSurge`, maxSurge),
    ...above100PercentProblems(`${ROLLING}.maxUnavailable`, maxUnavailable),
    ...above100PercentProblems(`${ROLLING}.maxSurge`, maxSurge),
  ];
  const [unavailable, surge] = [intOrPercentValue(maxUnavailable) !== 0, intOrPercentValue(maxSurge) !== 0];
  if (unavailable && surge) {
    problems.push(invalid(`${ROLLING}.maxSurge`, maxSurge, 'may not be set when maxUnavailable is non-zero'));
  } else if (!unavailable && !surge) {
    problems.push(required(`${ROLLING}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'));
  }
  return problems;
}

const COUNTS = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
];

export const definition: ResourceDefinition<DaemonSet> = {
  resource: 'daemonsets.apps',
  versionAnnotation: TEMPLATE_GENERATION,
  fillDefaults,
  beforeCreate(daemonSet) {
    clearStatus(daemonSet, 'io.k8s.api.apps.v1.DaemonSetStatus');
    setTemplateGeneration(daemonSet, Math.max(1, templateGenerationOf(daemonSet as Frozen<DaemonSet>)));
    return undefined;
  },
  beforeUpdate(daemonSet, old) {
    const changed = !deepEqual(daemonSet.spec.template, old.spec.template);
    setTemplateGeneration(daemonSet, templateGenerationOf(old) + (changed ? 1 : 0));
    return undefined;
  },
  beforeStatusUpdate: (daemonSet, old) => setTemplateGeneration(daemonSet, templateGenerationOf(old)),
  checksEnums: true,
  validate,
  warnings: ({ spec }, old) =>
    deepEqual(spec.template, old?.spec.template) ? [] : podTemplateWarnings(spec.template, 'spec.template'),
  validateStatus: ({ status }, old) => [
    ...negativeCountProblems(status, COUNTS),
    ...decrementProblems('status.collisionCount', status.collisionCount, old.status.collisionCount),
  ],
  generation: ({ spec }) => spec,
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    status.desiredNumberScheduled,
    status.currentNumberScheduled,
    status.numberReady,
    status.updatedNumberScheduled ?? 0,
    status.numberAvailable ?? 0,
    formatLabels(spec.template.spec.nodeSelector),
    since(metadata.creationTimestamp, nowMs),
    containerNames(spec.template.spec.containers),
    containerImages(spec.template.spec.containers),
    selectorCell(spec.selector),
  ],
};
