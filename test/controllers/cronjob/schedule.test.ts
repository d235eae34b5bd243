import { expect, test } from 'vitest';
import { scheduleOf } from '../../../controllers/cronjob/schedule.ts';

/** What github.com/robfig/cron v3.0.1, which upstream uses, answers. */
const NEXT: readonly (readonly [schedule: string, zone: string, after: string, next: string | undefined])[] = [
  ['* * * * *', 'UTC', '2026-01-01T00:00:00.500Z', '2026-01-01T00:01:00Z'],
  ['0-30/10,45 1-3 1 JAN,feb sun-tue', 'UTC', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'],
  ['5/15 * * * *', 'UTC', '2026-01-01T00:00:00Z', '2026-01-01T00:05:00Z'],
  ['5/15 * * * *', 'UTC', '2026-01-01T00:50:00Z', '2026-01-01T01:05:00Z'],
  ['*/90 * * * *', 'UTC', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00Z'],
  ['0 0 ? * 5', 'UTC', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  // One of both days is enough, unless one of them is a star.
  ['0 0 13 * 5', 'UTC', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['0 0 */2 * 5', 'UTC', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['0 0 29 2 *', 'UTC', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00Z'],
  ['59 23 31 2 *', 'UTC', '2026-01-01T00:00:00Z', undefined],
  ['@midnight', 'UTC', '2026-01-01T00:00:00Z', '2026-01-02T00:00:00Z'],
  ['@every 1h30m', 'UTC', '2026-01-01T00:00:00.500Z', '2026-01-01T01:30:00Z'],
  ['0 9 * * *', 'Asia/Tokyo', '2026-01-01T01:00:00Z', '2026-01-02T00:00:00Z'],
  ['TZ=Asia/Tokyo 0 9 * * *', 'UTC', '2026-01-01T01:00:00Z', '2026-01-02T00:00:00Z'],
  // The hour that is left out in spring.
  ['30 2 * * *', 'America/New_York', '2026-03-08T00:00:00Z', '2026-03-09T06:30:00Z'],
  ['0 0 * * *', 'America/Sao_Paulo', '2018-11-03T12:00:00Z', '2018-11-05T02:00:00Z'],
  // The hour that comes twice in autumn.
  ['30 1 * * *', 'America/New_York', '2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z'],
  ['*/30 * * * *', 'America/New_York', '2026-11-01T05:30:00Z', '2026-11-01T06:00:00Z'],
  ['*/30 * * * *', 'America/New_York', '2026-11-01T06:00:00Z', '2026-11-01T06:30:00Z'],
];

test.each(NEXT)('%s in %s after %s', async (schedule, timeZone, after, next) => {
  const atMs = (await scheduleOf({ schedule, timeZone })).nextMs(Date.parse(after));
  expect(atMs).toBe(next === undefined ? undefined : Date.parse(next));
});

test('what is no schedule is refused', async () => {
  await expect(scheduleOf({ schedule: '61 * * *' })).rejects.toThrow();
  await expect(scheduleOf({ schedule: 'x * * * *' })).rejects.toThrow();
});
