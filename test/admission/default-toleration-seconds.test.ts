import { expect, test } from 'vitest';
import { at, createAccount, securedCluster } from '../support/secured-cluster.ts';

const NOT_READY = {
  key: 'node.kubernetes.io/not-ready',
  operator: 'Exists',
  effect: 'NoExecute',
  tolerationSeconds: 300,
};
const UNREACHABLE = { ...NOT_READY, key: 'node.kubernetes.io/unreachable' };
const other = { key: 'a', operator: 'Exists' };
const own = { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' };
const elsewhere = { ...own, effect: 'NoSchedule' };

const CASES: [given: object[], stored: object[]][] = [
  [[], [NOT_READY, UNREACHABLE]],
  [[other], [other, NOT_READY, UNREACHABLE]],
  [[own], [own, UNREACHABLE]],
  [[elsewhere], [elsewhere, NOT_READY, UNREACHABLE]],
  [[{ operator: 'Exists' }], [{ operator: 'Exists' }]],
  [[{ operator: 'Exists', effect: 'NoExecute' }], [{ operator: 'Exists', effect: 'NoExecute' }]],
];

test.each(CASES)('tolerations %j', async (tolerations, stored) => {
  await using cluster = await securedCluster();
  await createAccount(cluster, 'default');
  const body = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i' }], tolerations } };
  const answer = await cluster.ask('POST', '/api/v1/namespaces/default/pods', { body });
  expect(at(answer.body, 'spec.tolerations')).toEqual(stored);
});
