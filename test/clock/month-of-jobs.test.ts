import { expect, it } from 'vitest';
import type { CronJob, Job, Pod } from '../../server/kube/types.gen.ts';
import { frozenCluster } from './support.ts';

const HOURLY = `
apiVersion: batch/v1
kind: CronJob
metadata: {name: hourly}
spec:
  schedule: '0 * * * *'
  successfulJobsHistoryLimit: 3
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers: [{name: report, image: busybox, command: [sh, -c, 'date -u; sleep 60; date -u']}]
`;

it('a month of an hourly cron job passes, each pod ending after its minute', { timeout: 300_000 }, async () => {
  await using shop = await frozenCluster();
  await shop.apply(HOURLY);
  const ended: string[] = [];
  const cancel = shop.cluster.transport().watch(
    { resource: 'v1/pods', namespace: 'default', resourceVersion: '0' },
    {
      event: (type, object) => type === 'DELETED' && ended.push(object.metadata.name ?? ''),
      bookmark: () => undefined,
      end: () => undefined,
    },
  );
  expect(await shop.move({ advance: '720h30m' })).toMatchObject({ now: '2026-01-31T00:30:00.000Z' });
  cancel();
  const jobs = await shop.list<Job>('batch/v1/jobs');
  expect(jobs.map(({ status }) => [status.startTime, status.completionTime, status.succeeded])).toEqual([
    ['2026-01-30T22:00:00Z', '2026-01-30T22:01:00Z', 1],
    ['2026-01-30T23:00:00Z', '2026-01-30T23:01:00Z', 1],
    ['2026-01-31T00:00:00Z', '2026-01-31T00:01:00Z', 1],
  ]);
  expect(await shop.get<CronJob>('batch/v1/cronjobs', 'hourly')).toMatchObject({
    status: { lastScheduleTime: '2026-01-31T00:00:00Z', lastSuccessfulTime: '2026-01-31T00:01:00Z' },
  });
  // 720 hours, of which the last three are kept.
  expect(new Set(ended).size).toBe(717);
  const [pod] = await shop.list<Pod>('v1/pods');
  const { text } = await shop.admin('GET', `/api/v1/namespaces/default/pods/${pod?.metadata.name}/log`);
  expect(text).toBe('Fri Jan 30 22:00:00 UTC 2026\nFri Jan 30 22:01:00 UTC 2026\n');
});
