import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { CronJob, CronJobSpec } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { containerImages, containerNames } from '../shared/columns.ts';
import { isTimeZone, scheduleFault } from '../shared/cron-schedule-rules.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { fillFailurePolicyDefaults } from '../shared/job-defaults.ts';
import { jobSpecProblems, jobSpecWarnings } from '../shared/job-rules.ts';
import { negativeProblems } from '../shared/number-rules.ts';
import { fillPodTemplateDefaults } from '../shared/pod-spec-defaults.ts';
import { selectorCell } from '../shared/selector-columns.ts';
import { workloadNameWarnings } from '../shared/workload-rules.ts';

type Spec = Frozen<CronJobSpec>;

const SCHEDULE = 'spec.schedule';
const ZONE = 'spec.timeZone';
const POLICY = 'spec.concurrencyPolicy';
const JOB = 'spec.jobTemplate.spec';
const POLICIES = ['Allow', 'Forbid', 'Replace'];
/** Jobs are named after their cron job and a time of eleven characters. */
const MAX_NAME_LENGTH = 52;

/** The defaults of jobs are not those of the template: each job gets them when it is made. */
function fillDefaults({ spec }: CronJob): void {
  fillPodTemplateDefaults(spec.jobTemplate.spec.template);
  fillFailurePolicyDefaults(spec.jobTemplate.spec);
  spec.concurrencyPolicy ||= 'Allow';
  spec.suspend ??= false;
  spec.successfulJobsHistoryLimit ??= 3;
  spec.failedJobsHistoryLimit ??= 1;
}

function validate({ metadata, spec }: Frozen<CronJob>, old?: Frozen<CronJob>): FieldProblem[] {
  const { name = '' } = metadata;
  const problems = [
    ...scheduleProblems(spec, old?.spec),
    ...negativeProblems('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds),
    ...(spec.timeZone === old?.spec.timeZone ? [] : zoneProblems(spec.timeZone)),
    ...policyProblems(spec.concurrencyPolicy ?? ''),
    ...jobTemplateProblems(spec),
    ...negativeProblems('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit),
    ...negativeProblems('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit),
  ];
  if (!old && name.length > MAX_NAME_LENGTH) {
    problems.push(invalid('metadata.name', name, `must be no more than ${MAX_NAME_LENGTH} characters`));
  }
  return spec.schedule === '' ? [...problems, required(SCHEDULE)] : problems;
}

function scheduleProblems({ schedule, timeZone }: Spec, old?: Spec): FieldProblem[] {
  if (schedule === '') return [];
  const problems: FieldProblem[] = [];
  const fault = scheduleFault(schedule);
  if (fault !== undefined) problems.push(invalid(SCHEDULE, schedule, fault));
  if (!schedule.includes('TZ')) return problems;
  if (!old?.schedule.includes('TZ')) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    problems.push(invalid(SCHEDULE, schedule, detail));
  } else if (timeZone !== undefined) {
    problems.push(invalid(SCHEDULE, schedule, 'cannot use both timeZone field and TZ or CRON_TZ in schedule'));
  }
  return problems;
}

/** Names as in https://data.iana.org/time-zones/theory.html#naming, and in the server's database. */
function zoneProblems(zone: string | undefined): FieldProblem[] {
  if (zone === undefined) return [];
  if (zone === '') return [invalid(ZONE, zone, 'timeZone must be nil or non-empty string')];
  const unknown = invalid(ZONE, zone, `unknown time zone ${zone}`);
  if (zone.split('/').some((part) => !/^(?!-|\.{1,2}$)[A-Za-z._\-0-9+]{1,14}$/.test(part))) return [unknown];
  const problems: FieldProblem[] = [];
  if (zone.toLowerCase() === 'local') {
    const detail = 'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones';
    problems.push(invalid(ZONE, zone, detail));
  }
  return isTimeZone(zone) ? problems : [...problems, unknown];
}

function policyProblems(policy: string): FieldProblem[] {
  if (policy === '') return [required(POLICY)];
  return POLICIES.includes(policy) ? [] : [notSupported(POLICY, policy, POLICIES)];
}

function jobTemplateProblems({ jobTemplate: { spec } }: Spec): FieldProblem[] {
  const problems = jobSpecProblems(spec, JOB);
  if (spec.selector) problems.push(invalid(`${JOB}.selector`, spec.selector, '`selector` will be auto-generated'));
  if (spec.manualSelector) problems.push(notSupported(`${JOB}.manualSelector`, spec.manualSelector, ['nil', 'false']));
  return problems;
}

function warnings({ metadata, spec }: Frozen<CronJob>, old?: Frozen<CronJob>): string[] {
  const isSame = old !== undefined && old.metadata.generation === metadata.generation;
  const ofJob = isSame ? [] : jobSpecWarnings(spec.jobTemplate.spec, JOB);
  if (!old) return [...workloadNameWarnings(metadata.name), ...ofJob];
  if (!spec.schedule.includes('TZ')) return ofJob;
  const link = 'see https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details';
  return [...ofJob, `cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, ${link}`];
}

export const definition: ResourceDefinition<CronJob> = {
  resource: 'cronjobs.batch',
  fillDefaults,
  beforeCreate(cronJob) {
    clearStatus(cronJob, 'io.k8s.api.batch.v1.CronJobStatus');
    delete cronJob.spec.jobTemplate.spec.scheduling;
    return undefined;
  },
  beforeUpdate(cronJob) {
    delete cronJob.spec.jobTemplate.spec.scheduling;
    return undefined;
  },
  checksEnums: true,
  validate,
  warnings,
  generation: ({ spec }) => spec,
  cells({ metadata, spec, status }, nowMs) {
    const { containers } = spec.jobTemplate.spec.template.spec;
    const { lastScheduleTime, active = [] } = status;
    return [
      metadata.name,
      spec.schedule,
      spec.timeZone ?? '<none>',
      spec.suspend === undefined ? '<unset>' : spec.suspend ? 'True' : 'False',
      active.length,
      lastScheduleTime === undefined ? '<none>' : since(lastScheduleTime, nowMs),
      since(metadata.creationTimestamp, nowMs),
      containerNames(containers),
      containerImages(containers),
      selectorCell(spec.jobTemplate.spec.selector),
    ];
  },
};
