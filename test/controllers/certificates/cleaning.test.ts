import { expect, test } from 'vitest';
import { isDone } from '../../../controllers/certificates/cleaner.ts';
import { startCluster } from '../../../server/index.ts';
import { certificateRequest } from '../../support/certificate-request.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const MINUTE_MS = 60_000;
const NOW_MS = Date.parse('2030-01-02T00:00:00Z');
const before = (minutes: number): string => new Date(NOW_MS - minutes * MINUTE_MS).toISOString();
const DAY = 24 * 60;

test.each<[state: string, types: string[], certificate: string, minutes: number]>([
  ['pending', [], '', DAY],
  ['denied', ['Denied'], '', 60],
  ['failed', ['Approved', 'Failed'], '', 60],
  ['approved but not issued', ['Approved'], '', DAY],
  ['issued', ['Approved'], 'eA==', 60],
])('a request that is %s goes after its time', (_, types, certificate, minutes) => {
  const aged = (age: number): boolean => {
    const conditions = types.map((type) => ({ type, status: 'True', lastUpdateTime: before(age) }));
    const metadata = { creationTimestamp: before(age) };
    const spec = { request: '', signerName: '', usages: [] };
    return isDone({ metadata, spec, status: { conditions, ...(certificate && { certificate }) } }, NOW_MS);
  };
  expect([aged(minutes - 1), aged(minutes + 1)]).toEqual([false, true]);
});

test('requests are looked at each hour', async () => {
  const clock = new SimulatedClock();
  await using cluster = await startCluster({ nodes: 0, clock });
  const { request } = certificateRequest({ commonName: 'jane' });
  const resource = 'certificates.k8s.io/v1/certificatesigningrequests';
  const spec = { request, signerName: 'example.com/s', usages: ['client auth'] };
  const body = { metadata: { name: 'a' }, spec };
  const key = { namespace: '', name: 'a' };
  await cluster.transport().send({ verb: 'create', resource, key, body });
  const left = async (): Promise<number> => (await cluster.transport().list({ resource, namespace: '' })).items.length;
  await clock.advance(23 * 60 * MINUTE_MS);
  await cluster.settle();
  expect(await left()).toBe(1);
  await clock.advance(3 * 60 * MINUTE_MS);
  await cluster.settle();
  expect(await left()).toBe(0);
});
