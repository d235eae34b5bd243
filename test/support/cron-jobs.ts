/** Cron jobs by a clock that a test moves, whose jobs end when it says so. */
import { controller as cronJobs } from '../../controllers/cronjob/index.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { CronJob, CronJobSpec, CronJobStatus, Job } from '../../server/kube/types.gen.ts';
import { JOBS } from './jobs.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { key, type Meddling, podSpec, type Workloads, workloads } from './workloads.ts';

export const CRON_JOBS = 'batch/v1/cronjobs';

export interface CronCluster extends Workloads {
  create(name: string, spec?: Partial<CronJobSpec>): Promise<Frozen<CronJob>>;
  change(name: string, spec: Partial<CronJobSpec>): Promise<void>;
  /** Lets time pass. */
  pass(minutes: number): Promise<void>;
  jobs(): Promise<readonly Frozen<Job>[]>;
  /** The end of a job: Complete or Failed. */
  end(job: Frozen<Job> | undefined, type: 'Complete' | 'Failed'): Promise<void>;
  status(name: string): Promise<Frozen<CronJobStatus>>;
}

/** The clock begins at midnight of a new year, half a minute late. */
export async function cronCluster(meddling: Meddling = {}): Promise<CronCluster> {
  const clock = new SimulatedClock(Date.UTC(2026, 0, 1, 0, 0, 30));
  const cluster = await workloads([cronJobs], { clock, ...meddling });
  return {
    ...cluster,
    async create(name, spec) {
      const template = { spec: { ...podSpec(), restartPolicy: 'Never' } };
      const jobTemplate = { metadata: { labels: { from: name } }, spec: { template } } as never;
      const wanted = { schedule: '* * * * *', jobTemplate, ...spec };
      const created = await cluster.client.create<CronJob>(CRON_JOBS, { metadata: { ...key(name) }, spec: wanted });
      await cluster.settle();
      return created;
    },
    async change(name, spec) {
      await cluster.client.patch(CRON_JOBS, key(name), 'merge', { spec });
      await cluster.settle();
    },
    async pass(minutes) {
      // A minute at a time: what one tick brings about is done before the next.
      for (let i = 0; i < minutes; i++) {
        await clock.advance(60_000);
        await cluster.settle();
      }
    },
    async jobs() {
      const jobs = await cluster.client.list<Job>(JOBS, 'default');
      return [...jobs].sort((a, b) => ((a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1));
    },
    async end(job, type) {
      if (!job) throw new Error('there is no such job');
      const at = new Date(clock.now()).toISOString();
      const target = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget';
      const conditions = [target, type].map((each) => ({ type: each, status: 'True', lastTransitionTime: at }));
      const status = { startTime: at, conditions, ...(type === 'Complete' && { completionTime: at }) };
      await cluster.client.patch(JOBS, keyOf(job), 'merge', { status }, 'status');
      await cluster.settle();
    },
    status: async (name) => (await cluster.get<CronJob>(CRON_JOBS, name)).status,
  };
}
