import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 0, logLevel: 'error' });
});
afterAll(() => cluster.stop());

type Calls = Readonly<Record<string, (...args: unknown[]) => unknown>>;
/** As a program without a compiler calls them. */
const loosely = (of: object): Calls => of as Calls;

const CALLS: [call: string, made: (cluster: RunningCluster) => unknown, message: string][] = [
  [
    "save('s')",
    ({ savepoints }) => loosely(savepoints).save?.('s'),
    'save() takes an object with name, settle, replace, and not "s"',
  ],
  [
    'save({ nam })',
    ({ savepoints }) => loosely(savepoints).save?.({ nam: 's' }),
    'save() has no field "nam"; it may have name, settle, replace; did you mean name?',
  ],
  ['save({ name: 1 })', ({ savepoints }) => loosely(savepoints).save?.({ name: 1 }), 'save().name has to be a text'],
  [
    'save({ settle })',
    ({ savepoints }) => loosely(savepoints).save?.({ settle: 'no' }),
    'save().settle has to be true or false',
  ],
  [
    'restore(name, { clok })',
    ({ savepoints }) => loosely(savepoints).restore?.('kept', { clok: true }),
    'restore() has no field "clok"; it may have watches, clock; did you mean clock?',
  ],
  [
    'transport({ nam })',
    (cluster) => loosely(cluster).transport?.({ nam: 'jane' }),
    'transport() has no field "nam"; it may have name, groups, uid, extra; did you mean name?',
  ],
  [
    'transport({})',
    (cluster) => loosely(cluster).transport?.({}),
    'transport().name has to be a text, and is undefined',
  ],
  [
    'diff(name, to, { al })',
    ({ savepoints }) => loosely(savepoints).diff?.('kept', 'now', { al: true }),
    'diff() has no field "al"; it may have all',
  ],
  [
    'export(name, { al })',
    ({ savepoints }) => loosely(savepoints).export?.('kept', { al: true }),
    'export() has no field "al"; it may have all',
  ],
  [
    'fork({ frm })',
    (all) => loosely(all).fork?.({ frm: 'main' }),
    'fork() has no field "frm"; it may have name, from, idleMs; did you mean from?',
  ],
  [
    "fork('main')",
    (all) => loosely(all).fork?.('main'),
    'fork() takes an object with name, from, idleMs, and not "main"',
  ],
  ['fork({ idleMs })', (all) => loosely(all).fork?.({ idleMs: '1h' }), 'fork().idleMs has to be a number from 0 to '],
  [
    'kubeconfig({ usr })',
    (all) => loosely(all).kubeconfig?.({ usr: 'jane' }),
    'kubeconfig() has no field "usr"; it may have server, user, groups; did you mean user?',
  ],
  [
    'kubeconfig({ groups })',
    (all) => loosely(all).kubeconfig?.({ user: 'a', groups: 'dev' }),
    'kubeconfig().groups has to be a list of texts, and is "dev"',
  ],
  ["settle('1h')", (all) => loosely(all).settle?.('1h'), 'settle() takes milliseconds, a number from 0, and not "1h"'],
  ['settle(-1)', (all) => all.settle(-1), 'settle() takes milliseconds, a number from 0, and not -1'],
  ["clock.set('2026')", ({ clock }) => clock.set('2026'), 'set(): parsing time "2026"'],
  [
    'clock.set(true)',
    ({ clock }) => loosely(clock).set?.(true),
    'set() takes a time such as "2026-01-01T00:00:00Z", "now", or milliseconds since 1970, and not true',
  ],
  ["clock.advance('1 hour')", ({ clock }) => clock.advance('1 hour'), 'advance(): time: unknown unit'],
  ["clock.advance('-1h')", ({ clock }) => clock.advance('-1h'), 'time passes forwards only: set it to go back'],
  [
    'clock.advance([])',
    ({ clock }) => loosely(clock).advance?.([]),
    'advance() takes a duration such as "1h30m", or milliseconds, and not []',
  ],
  [
    "clock.speed('2')",
    ({ clock }) => loosely(clock).speed?.('2'),
    'the speed has to be a number from 0.001 to 1000000',
  ],
];

it.each(CALLS)('%s is refused', async (_, made, message) => {
  if (!cluster.savepoints.list().some(({ name }) => name === 'kept')) await cluster.savepoints.save({ name: 'kept' });
  await expect((async () => made(cluster))()).rejects.toThrow(message);
});

it('the clock takes times and durations as HTTP does', async () => {
  await cluster.clock.freeze();
  expect((await cluster.clock.set('2026-01-01T00:00:00Z')).now).toBe(Date.UTC(2026, 0, 1));
  expect((await cluster.clock.advance('1h30m')).now).toBe(Date.UTC(2026, 0, 1, 1, 30));
  expect((await cluster.clock.set(new Date(Date.UTC(2027, 0, 1)))).now).toBe(Date.UTC(2027, 0, 1));
});
