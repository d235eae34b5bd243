import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import { humanDuration, since } from '../../kube/human-duration.ts';
import { selectorMatches } from '../../kube/labels.ts';
import { dnsLabelProblems, labelValueProblems } from '../../kube/names.ts';
import type { Job } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { containerImages, containerNames } from '../shared/columns.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { fillFailurePolicyDefaults } from '../shared/job-defaults.ts';
import { jobSpecProblems, jobSpecWarnings } from '../shared/job-rules.ts';
import { hasJobCondition, jobStatusProblems } from '../shared/job-status-rules.ts';
import { jobChangeProblems } from '../shared/job-update-rules.ts';
import { fillPodTemplateDefaults } from '../shared/pod-spec-defaults.ts';
import { selectorCell } from '../shared/selector-columns.ts';
import { mismatchProblems, readSelector, selectorProblems } from '../shared/selector-rules.ts';
import { sortedKeys } from '../shared/sorted-keys.ts';
import { workloadNameWarnings } from '../shared/workload-rules.ts';

const TEMPLATE = 'spec.template';
const UID_LABEL = 'batch.kubernetes.io/controller-uid';
const NAME_LABEL = 'batch.kubernetes.io/job-name';
const OLD_UID_LABEL = 'controller-uid';
const OLD_NAME_LABEL = 'job-name';
const ORPHAN_WARNING = [
  'child pods are preserved by default when jobs are deleted;',
  'set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
].join(' ');
const NO_LIMIT = 2 ** 31 - 1;

function fillDefaults(job: Job): void {
  const { spec } = job;
  fillPodTemplateDefaults(spec.template);
  shareLabels(job);
  fillFailurePolicyDefaults(spec);
  // A job that says nothing has one pod; one that names only its parallelism is a work queue.
  if (spec.parallelism === undefined) spec.completions ??= 1;
  spec.parallelism ??= 1;
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? 6 : NO_LIMIT;
  spec.completionMode ??= 'NonIndexed';
  spec.suspend ??= false;
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed';
  spec.manualSelector ??= false;
}

/** Selects the pods of this job only, by a label that no other job has. */
function generateSelector({ metadata, spec }: Job): void {
  const { name = '', uid = '' } = metadata;
  const labels = { [OLD_NAME_LABEL]: name, [NAME_LABEL]: name, [OLD_UID_LABEL]: uid, [UID_LABEL]: uid };
  // Labels that the client set stay: validation refuses wrong ones.
  spec.template.metadata.labels = sortedKeys({ ...labels, ...spec.template.metadata.labels });
  spec.selector ??= {};
  spec.selector.matchLabels = sortedKeys({ [UID_LABEL]: uid, ...spec.selector.matchLabels });
}

/**
 * A job without labels of its own has those of its template. It is the same map, as upstream: what is generated into
 * the one stands in the other too.
 */
function shareLabels({ metadata, spec }: Job): void {
  if (Object.keys(metadata.labels ?? {}).length > 0 || !spec.template.metadata.labels) return;
  metadata.labels = spec.template.metadata.labels;
}

function validate(job: Frozen<Job>, old?: Frozen<Job>): FieldProblem[] {
  const { spec } = job;
  return [
    ...(old ? [] : generatedSelectorProblems(job)),
    ...jobSpecProblems(spec, 'spec'),
    ...(spec.selector ? selectorProblems(spec.selector, 'spec.selector') : [required('spec.selector')]),
    ...mismatchProblems(spec.selector, spec.template.metadata.labels, TEMPLATE),
    ...(old ? jobChangeProblems(job, old) : []),
    ...hostNameProblems(job),
  ];
}

/** The labels of the template have to be the generated ones, or the job would run pods of others. */
function generatedSelectorProblems({ metadata, spec }: Frozen<Job>): FieldProblem[] {
  if (spec.manualSelector || !spec.selector) return [];
  const { name = '', uid = '' } = metadata;
  const expected = { [OLD_UID_LABEL]: uid, [OLD_NAME_LABEL]: name, [UID_LABEL]: uid, [NAME_LABEL]: name };
  const { labels } = spec.template.metadata;
  const problems: FieldProblem[] = [];
  for (const [key, value] of Object.entries(expected)) {
    const path = `${TEMPLATE}.metadata.labels[${key}]`;
    const actual = getOwn(labels, key);
    if (actual === undefined) problems.push(required(path, `must be '${value}'`));
    else if (actual !== value) problems.push(invalid(path, labels, `must be '${value}'`));
  }
  const selector = readSelector(spec.selector);
  if (!selector || selectorMatches(selector, expected)) return problems;
  return [...problems, invalid('spec.selector', spec.selector, '`selector` not auto-generated')];
}

/** The pods of indexed jobs are named after job and index. */
function hostNameProblems({ metadata, spec }: Frozen<Job>): FieldProblem[] {
  if (spec.completionMode !== 'Indexed' || !spec.completions || spec.completions < 0) return [];
  const hostName = `${metadata.name}-${spec.completions - 1}`;
  if (dnsLabelProblems(hostName).length === 0) return [];
  return [invalid('metadata.name', metadata.name, `will not able to create pod with invalid DNS label: ${hostName}`)];
}

function completionsCell({ spec, status }: Frozen<Job>): string {
  const { completions, parallelism = 0 } = spec;
  const succeeded = status.succeeded ?? 0;
  if (completions !== undefined) return `${succeeded}/${completions}`;
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function durationCell({ status: { startTime, completionTime } }: Frozen<Job>, nowMs: number): string {
  if (startTime === undefined) return '';
  return humanDuration((completionTime === undefined ? nowMs : Date.parse(completionTime)) - Date.parse(startTime));
}

function statusCell(job: Frozen<Job>): string {
  for (const type of ['Complete', 'Failed']) if (hasJobCondition(job, type)) return type;
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating';
  for (const type of ['Suspended', 'FailureTarget', 'SuccessCriteriaMet']) if (hasJobCondition(job, type)) return type;
  return 'Running';
}

export const definition: ResourceDefinition<Job> = {
  resource: 'jobs.batch',
  fillDefaults,
  beforeCreate(job) {
    const { labels } = job.metadata;
    const isShared = labels !== undefined && labels === job.spec.template.metadata.labels;
    if (!job.spec.manualSelector) generateSelector(job);
    // Upstream takes over labels that it made all of itself only after validation, which may refuse a long name.
    const isNew = Object.keys(labels ?? {}).length === 0 && labelValueProblems(job.metadata.name ?? '').length === 0;
    const generated = job.spec.template.metadata.labels;
    if (generated && (isShared || isNew)) job.metadata.labels = { ...generated };
    clearStatus(job, 'io.k8s.api.batch.v1.JobStatus');
    delete job.spec.scheduling;
    return undefined;
  },
  beforeUpdate(job) {
    delete job.spec.scheduling;
    return undefined;
  },
  checksEnums: true,
  validate,
  validateStatus: jobStatusProblems,
  warnings({ metadata, spec }, old) {
    if (old && old.metadata.generation === metadata.generation) return [];
    return [...(old ? [] : workloadNameWarnings(metadata.name)), ...jobSpecWarnings(spec, 'spec')];
  },
  generation: ({ spec }) => spec,
  // Only batch/v1 keeps the pods of a job by default, as it always did; kubectl asks for their deletion.
  orphansByDefault: true,
  deleteWarnings: ({ propagationPolicy, orphanDependents }) =>
    propagationPolicy === undefined && orphanDependents === undefined ? [ORPHAN_WARNING] : [],
  selectableFields: { 'status.successful': ({ status }) => String(status.succeeded ?? 0) },
  unknownField: (field) => `field label "${field}" not supported for Job`,
  cells: (job, nowMs) => [
    job.metadata.name,
    statusCell(job),
    completionsCell(job),
    durationCell(job, nowMs),
    since(job.metadata.creationTimestamp, nowMs),
    containerNames(job.spec.template.spec.containers),
    containerImages(job.spec.template.spec.containers),
    selectorCell(job.spec.selector),
  ],
};
