import { type Connection, open } from '../load/connection.ts';
import type { Row, Scenario } from '../scenario.ts';
import { atMost } from '../target.ts';

const SETTLE: Row = { work: 'settle of a cluster at rest, over HTTP', unit: 'ms', target: atMost(1) };
const HOUR: Row = { work: 'an hour with 100 timers passes', unit: 'ms', target: atMost(20) };
const MONTH: Row = { work: 'a month of an hourly CronJob passes', unit: 's', target: atMost(5) };
const MONTH_CPU: Row = { work: '… CPU of one of its 720 Jobs', unit: 'ms' };

const SETTLES = 200;
const JOBS = 720;
const PODS = '/api/v1/namespaces/default/pods';
const CRON_JOBS = '/apis/batch/v1/namespaces/default/cronjobs';

/** Ten programs that sleep for different times, in each of ten pods. */
const sleeper = (index: number): object => {
  const script = `for i in $(seq 10); do sleep $((i * 300 + ${index})) & done; wait; sleep 999999`;
  const containers = [{ name: 'main', image: 'busybox', command: ['sh', '-c', script] }];
  return { metadata: { name: `sleeper-${index}` }, spec: { containers } };
};

const HOURLY = {
  metadata: { name: 'hourly' },
  spec: {
    schedule: '0 * * * *',
    successfulJobsHistoryLimit: 3,
    jobTemplate: {
      spec: {
        template: {
          spec: {
            restartPolicy: 'Never',
            containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'echo begun; sleep 60; echo ended'] }],
          },
        },
      },
    },
  },
};

const post = (connection: Connection, path: string, body: object): Promise<unknown> =>
  connection.exchange('POST', path, Buffer.from(JSON.stringify(body)));

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const startedMs = performance.now();
  await work();
  return performance.now() - startedMs;
}

/** Time is moved over HTTP, as tests in other languages do it: there is no floor for that. */
export const clock: Scenario = {
  name: 'clock',
  rows: [SETTLE, HOUR, MONTH, MONTH_CPU],
  async run(bench) {
    for (let i = 1; i <= bench.rounds; i++) {
      bench.progress(`${clock.name}: round ${i} of ${bench.rounds}`);
      const subject = await bench.fauxkube();
      const connection = await open(subject.endpoint);
      const settle = (): Promise<unknown> => post(connection, '/-/settle', {});
      const move = (body: object): Promise<unknown> => post(connection, '/-/clock', body);
      await settle();
      const settleMs = await msOf(async () => {
        for (let count = 0; count < SETTLES; count++) await settle();
      });
      bench.record(SETTLE, 'fauxkube', settleMs / SETTLES);
      await move({ freeze: true, set: '2026-01-01T00:00:00Z' });
      for (let index = 0; index < 10; index++) await post(connection, PODS, sleeper(index));
      await settle();
      bench.record(HOUR, 'fauxkube', await msOf(() => move({ advance: '1h' })));
      await post(connection, CRON_JOBS, HOURLY);
      await settle();
      const before = subject.cost();
      bench.record(MONTH, 'fauxkube', (await msOf(() => move({ advance: `${JOBS}h` }))) / 1000);
      const after = subject.cost();
      const cpuSeconds = before && after && after.cpuSeconds - before.cpuSeconds;
      bench.record(MONTH_CPU, 'fauxkube', cpuSeconds && (cpuSeconds * 1000) / JOBS);
      connection.close();
      await subject.end();
    }
  },
};
