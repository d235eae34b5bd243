import { expect, it } from 'vitest';
import { faultyCluster } from './support.ts';

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments';
const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`;

it('tells one update that somebody else was faster, in the words of upstream', async () => {
  await using shop = await faultyCluster();
  await shop.cluster.apply(WEB);
  await shop.fault({ match: { resource: 'deployments.apps' }, conflict: true });
  const { body } = await shop.read(`${DEPLOYMENTS}/web`);
  const refused = await shop.admin('PUT', `${DEPLOYMENTS}/web`, body);
  const real = await shop.admin('PUT', `${DEPLOYMENTS}/web`, {
    ...body,
    metadata: { name: 'web', resourceVersion: '1' },
  });
  expect([refused.status, JSON.parse(refused.text)]).toEqual([real.status, JSON.parse(real.text)]);
  expect(JSON.parse(refused.text)).toMatchObject({
    reason: 'Conflict',
    message:
      'Operation cannot be fulfilled on deployments.apps "web": the object has been modified; ' +
      'please apply your changes to the latest version and try again',
  });
  expect(await shop.reports()).toMatchObject([{ matched: 1, fired: 1, state: 'spent' }]);
});
