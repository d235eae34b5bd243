import { expect, test } from 'vitest';
import { at, createAccount, securedCluster } from '../../support/secured-cluster.ts';

/** Names of Object.prototype: whoever looks one up carelessly finds a function. */
const NAMES = ['toString', 'constructor', 'hasOwnProperty', '__proto__'];

const amounts = (name: string): object => JSON.parse(`{"${name}":"1e3"}`) as object;

test.each(NAMES)('a limit range for the resource %s is told that there is none such', async (name) => {
  await using cluster = await securedCluster();
  const item = { type: 'PersistentVolumeClaim', max: { storage: '1Gi' }, default: amounts(name) };
  const body = { metadata: { name: 'a' }, spec: { limits: [item] } };
  const answer = await cluster.ask('POST', '/api/v1/namespaces/default/limitranges', { body });
  expect(answer.status).toBe(422);
  expect(at(answer.body, 'message')).toContain(`spec.limits[0].default[${name}]: Invalid value`);
});

test.each(NAMES)('a pod that requests the resource %s is told that there is none such', async (name) => {
  await using cluster = await securedCluster();
  await createAccount(cluster, 'default');
  const container = { name: 'a', image: 'b', resources: { requests: amounts(name), limits: { cpu: '1' } } };
  const spec = { containers: [container], resources: { limits: { cpu: '1' } } };
  const answer = await cluster.ask('POST', '/api/v1/namespaces/default/pods', {
    body: { metadata: { name: 'a' }, spec },
  });
  expect(answer.status).toBe(422);
  expect(at(answer.body, 'message')).toContain(`spec.containers[0].resources.requests[${name}]: Invalid value`);
});
