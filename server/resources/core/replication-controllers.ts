import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { selectorFromLabels, selectorMatches } from '../../kube/labels.ts';
import { dnsLabelProblems, longNameProblems } from '../../kube/names.ts';
import type { PodTemplateSpec, ReplicationController } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { containerImages, containerNames, formatLabels } from '../shared/columns.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { negativeProblems } from '../shared/number-rules.ts';
import { fillPodTemplateDefaults } from '../shared/pod-spec-defaults.ts';
import { podTemplateProblems } from '../shared/pod-spec-rules.ts';
import { podTemplateWarnings } from '../shared/pod-warnings.ts';
import { scaleSubresource } from '../shared/scale.ts';

const PATH = 'spec.template';
const HINT =
  'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior; a ' +
  'DNS label is recommended';

function templateProblems(
  template: Frozen<PodTemplateSpec>,
  selector: Readonly<Record<string, string>>,
): FieldProblem[] {
  const { labels } = template.metadata;
  const { restartPolicy, activeDeadlineSeconds } = template.spec;
  const problems: FieldProblem[] = [];
  if (!selectorMatches(selectorFromLabels(selector), labels)) {
    problems.push(invalid(`${PATH}.metadata.labels`, labels ?? null, '`selector` does not match template `labels`'));
  }
  problems.push(...podTemplateProblems(template, PATH));
  if (restartPolicy !== 'Always')
    problems.push(notSupported(`${PATH}.spec.restartPolicy`, restartPolicy ?? '', ['Always']));
  if (activeDeadlineSeconds !== undefined) {
    const detail = 'activeDeadlineSeconds in ReplicationController is not Supported';
    problems.push(forbiddenField(`${PATH}.spec.activeDeadlineSeconds`, detail));
  }
  return problems;
}

function validate({ spec }: Frozen<ReplicationController>): FieldProblem[] {
  const { selector = {}, template, replicas, minReadySeconds } = spec;
  return [
    ...(Object.keys(selector).length === 0 ? [required('spec.selector')] : []),
    ...(template ? templateProblems(template, selector) : [required(PATH)]),
    // Declarative upstream, so they come last.
    ...(replicas === undefined ? [required('spec.replicas')] : negativeProblems('spec.replicas', replicas)),
    ...negativeProblems('spec.minReadySeconds', minReadySeconds),
  ];
}

function validateStatus({ status }: Frozen<ReplicationController>): FieldProblem[] {
  const {
    replicas,
    fullyLabeledReplicas = 0,
    readyReplicas = 0,
    availableReplicas = 0,
    observedGeneration = 0,
  } = status;
  const counts = { replicas, fullyLabeledReplicas, readyReplicas, availableReplicas, observedGeneration };
  const problems = Object.entries(counts).flatMap(([field, count]) => negativeProblems(`status.${field}`, count));
  const above = 'cannot be greater than status.replicas';
  if (fullyLabeledReplicas > replicas)
    problems.push(invalid('status.fullyLabeledReplicas', fullyLabeledReplicas, above));
  if (readyReplicas > replicas) problems.push(invalid('status.readyReplicas', readyReplicas, above));
  if (availableReplicas > replicas) problems.push(invalid('status.availableReplicas', availableReplicas, above));
  if (availableReplicas > readyReplicas) {
    problems.push(invalid('status.availableReplicas', availableReplicas, 'cannot be greater than readyReplicas'));
  }
  return problems;
}

function warnings({ metadata, spec }: Frozen<ReplicationController>, old?: Frozen<ReplicationController>): string[] {
  if (old && deepEqual(spec, old.spec)) return [];
  const details = old ? [] : dnsLabelProblems(metadata.name ?? '');
  const hints = details.length > 0 ? [`${HINT}: [${details.join(' ')}]`] : [];
  return spec.template ? [...hints, ...podTemplateWarnings(spec.template, PATH)] : hints;
}

export const definition: ResourceDefinition<ReplicationController> = {
  resource: 'replicationcontrollers',
  nameProblems: longNameProblems,
  fillDefaults({ metadata, spec }) {
    if (!spec.template) return;
    const { labels } = spec.template.metadata;
    if (labels && Object.keys(spec.selector ?? {}).length === 0) spec.selector = { ...labels };
    if (labels && Object.keys(metadata.labels ?? {}).length === 0) metadata.labels = { ...labels };
    fillPodTemplateDefaults(spec.template);
  },
  beforeCreate(controller) {
    clearStatus(controller, 'io.k8s.api.core.v1.ReplicationControllerStatus');
    return undefined;
  },
  validate,
  checksEnums: true,
  validateStatus,
  warnings,
  generation: ({ spec }) => spec,
  orphansByDefault: true,
  selectableFields: { 'status.replicas': ({ status }) => String(status.replicas) },
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    spec.replicas ?? 0,
    status.replicas,
    status.readyReplicas ?? 0,
    since(metadata.creationTimestamp, nowMs),
    containerNames(spec.template?.spec.containers),
    containerImages(spec.template?.spec.containers),
    formatLabels(spec.selector),
  ],
  subresources: {
    scale: scaleSubresource(
      { group: '', resource: 'replicationcontrollers' },
      ({ spec }: Frozen<ReplicationController>) => selectorFromLabels(spec.selector ?? {}),
    ),
  },
};
