import { expect, test } from 'vitest';
import { startCluster } from '../../../server/index.ts';
import { UNSIGNED_NAME_REQUEST } from '../../fidelity/lives/certificates.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const RESOURCE = 'certificates.k8s.io/v1/podcertificaterequests';

test("a pod's request for a certificate goes after a quarter of an hour", async () => {
  const clock = new SimulatedClock();
  await using cluster = await startCluster({ nodes: 0, clock });
  const key = { namespace: 'default', name: 'r' };
  const spec = {
    signerName: 'example.com/shop',
    podName: 'first',
    podUID: 'a',
    serviceAccountName: 'default',
    serviceAccountUID: 'b',
    nodeName: 'node01',
    nodeUID: 'c',
    stubPKCS10Request: UNSIGNED_NAME_REQUEST,
  };
  await cluster.transport().send({ verb: 'create', resource: RESOURCE, key, body: { metadata: key, spec } });
  const left = async (): Promise<number> => {
    await cluster.settle();
    return (await cluster.transport().list({ resource: RESOURCE, namespace: '' })).items.length;
  };
  await clock.advance(14 * 60_000);
  expect(await left()).toBe(1);
  await clock.advance(2 * 60_000);
  expect(await left()).toBe(0);
});
