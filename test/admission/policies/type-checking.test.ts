import { expect, test } from 'vitest';
import { startCluster } from '../../../server/index.ts';
import type { ValidatingAdmissionPolicy } from '../../../server/kube/types.gen.ts';
import { golden } from '../../support/golden.ts';

interface Case {
  readonly spec: object;
  readonly warnings: readonly object[];
}

const resource = 'admissionregistration.k8s.io/v1/validatingadmissionpolicies';

test('a controller tells where expressions do not fit their types, as that of a real cluster', async () => {
  await using cluster = await startCluster({ port: 0, proxyPort: 0 });
  const transport = cluster.transport();
  for (const [i, { spec, warnings }] of golden<Case>('policies/types.json').entries()) {
    const key = { namespace: '', name: `types-${i}` };
    await transport.send({ verb: 'create', resource, key, body: { metadata: { name: key.name }, spec } });
    await cluster.settle();
    const policy = (await transport.send({ verb: 'get', resource, key })) as unknown as ValidatingAdmissionPolicy;
    expect(policy.status.observedGeneration, key.name).toBe(1);
    expect(policy.status.typeChecking?.expressionWarnings ?? [], JSON.stringify(spec)).toEqual(warnings);
  }
});
