import type { Frozen } from '../../../server/base/freeze.ts';
import type { CronJob, Job, Pod } from '../../../server/kube/types.gen.ts';
import { isOver, nameOf, type State } from './state.ts';

const TRACKING = 'batch.kubernetes.io/job-tracking';

const isFinished = ({ status }: Frozen<Job>): boolean =>
  status.conditions?.some(
    ({ type, status: value }) => (type === 'Complete' || type === 'Failed') && value === 'True',
  ) === true;

/** Jobs end, count right and let go of their pods; cron jobs know which of theirs run. */
export function jobs(state: State): string[] {
  const found: string[] = [];
  for (const job of state.of<Job>('Job')) {
    const { spec, status } = job;
    const pods = state.controlledBy<Pod>('Pod', job);
    const running = pods.filter((pod) => !isOver(pod)).length;
    if (running !== (status.active ?? 0)) found.push(`${nameOf(job)} has ${running} active pods, not ${status.active}`);
    if (running > (spec.parallelism ?? 1)) found.push(`${nameOf(job)} has ${running} pods at once`);
    const isStuck = spec.suspend === true || pods.some(({ spec: { nodeName } }) => !nodeName);
    if (!isFinished(job) && !isStuck) found.push(`${nameOf(job)} does not end`);
    if (isFinished(job) && running > 0) found.push(`${nameOf(job)} is finished and has ${running} pods`);
    const { succeeded = 0 } = status;
    if (spec.completions != null && succeeded > spec.completions)
      found.push(`${nameOf(job)} has ${succeeded} completions of ${spec.completions}`);
    if (status.uncountedTerminatedPods?.failed?.length || status.uncountedTerminatedPods?.succeeded?.length)
      found.push(`${nameOf(job)} has not counted all of its pods`);
  }
  for (const pod of state.of<Pod>('Pod'))
    if (isOver(pod) && pod.metadata.finalizers?.includes(TRACKING)) found.push(`${nameOf(pod)} is tracked for ever`);
  for (const cron of state.of<CronJob>('CronJob')) {
    const active = state.controlledBy<Job>('Job', cron).filter((job) => !isFinished(job));
    const told = cron.status.active?.map(({ uid }) => uid) ?? [];
    if (active.length !== told.length || active.some(({ metadata }) => !told.includes(metadata.uid ?? '')))
      found.push(`${nameOf(cron)} has ${active.length} active jobs, not ${told.length}`);
  }
  return found;
}
