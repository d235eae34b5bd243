import { expect, test } from 'vitest';
import { at, create, securedCluster } from '../../support/secured-cluster.ts';

test('what is missing answers 501 and says what it is', async () => {
  await using cluster = await securedCluster();
  await create(cluster, '/api/v1/nodes', { metadata: { name: 'n' } });
  for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
    const { status, body } = await cluster.ask(method, '/api/v1/nodes/n/proxy/metrics', {});
    expect([status, at(body, 'reason'), at(body, 'message')], method).toEqual([
      501,
      'NotImplemented',
      'fauxkube does not implement nodes/proxy of /metrics yet: see docs/fidelity.md',
    ]);
  }
});
