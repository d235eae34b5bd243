import { beforeEach, expect, test } from 'vitest';
import { FailureLog } from '../../../controllers/lib/failure-log.ts';
import type { Logger } from '../../../server/base/log.ts';
import { ApiError } from '../../../server/kube/api-error.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

let clock: SimulatedClock;
let failures: FailureLog;
let warned: string[];

beforeEach(() => {
  clock = new SimulatedClock();
  warned = [];
  const nothing = (): void => undefined;
  const log: Logger = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (fields) => warned.push((fields as { key: string }).key),
  };
  failures = new FailureLog(log, clock);
});

const refused = (name: string, why: string): ApiError =>
  new ApiError(403, 'Forbidden', `pods "${name}" is forbidden: ${why}`, { name, kind: 'pods' });

test('a refusal of the same object is told once a minute, whatever its message says by then', async () => {
  failures.failed('replicaset', 'default/web', refused('web-1', 'exceeded quota: q, used: pods=1'));
  failures.failed('replicaset', 'default/web', refused('web-2', 'exceeded quota: q, used: pods=2'));
  expect(warned).toHaveLength(1);
  await clock.advance(60_000);
  failures.failed('replicaset', 'default/web', refused('web-3', 'exceeded quota: q, used: pods=2'));
  expect(warned).toHaveLength(2);
});

test('a refusal of many objects in the same words is told once', () => {
  for (const name of ['web', 'db', 'cache'])
    failures.failed('replicaset', `default/${name}`, refused(`${name}-1`, 'serviceaccount "default" not found'));
  expect(warned).toEqual(['default/web']);
});

test('another object in other words, another kind of refusal and another controller are told', () => {
  failures.failed('replicaset', 'default/web', refused('web-1', 'exceeded quota: q'));
  failures.failed('replicaset', 'default/db', refused('db-1', 'exceeded quota: r'));
  failures.failed('replicaset', 'default/web', new ApiError(500, 'InternalError', 'failed calling webhook "a"'));
  failures.failed('job', 'default/web', refused('web-1', 'exceeded quota: q'));
  expect(warned).toEqual(['default/web', 'default/db', 'default/web', 'default/web']);
});

test('what is no answer of the API is told each time', () => {
  for (const _ of [1, 2]) failures.failed('replicaset', 'default/web', new TypeError('a mistake'));
  expect(warned).toHaveLength(2);
});
