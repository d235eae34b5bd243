import { basename } from 'node:path';
import { expect, test } from 'vitest';
import { everyKubectl, KUBECTL, openShop, rows } from '../support/kubectl.ts';

/** The kubectl of a minor version, where there is one. */
const kubectlOf = (minor: number): string =>
  everyKubectl().find((command) => basename(command) === `kubectl.1.${minor}`) ?? KUBECTL;

test('kubectl of 1.30 drives a cluster of its own version', async () => {
  await using shop = await openShop({ kubernetesVersion: '1.30' }, kubectlOf(30));
  expect(await shop.kubectl('version')).toContain('Server Version: v1.30.14');
  expect(rows(await shop.kubectl('get', 'nodes')).map(({ STATUS, VERSION }) => [STATUS, VERSION])).toEqual([
    ['Ready', 'v1.30.14'],
    ['Ready', 'v1.30.14'],
  ]);
  await shop.kubectl('create', 'deployment', 'nginx', '--image=nginx', '--replicas=2');
  expect(await shop.kubectl('rollout', 'status', 'deployment', 'nginx')).toContain('successfully rolled out');
  // As clusters of 1.30 named it everywhere.
  expect(rows(await shop.kubectl('get', 'replicasets'))).toMatchObject([{ NAME: 'nginx-bf5d5cf98', READY: '2' }]);
  await shop.kubectl('expose', 'deployment', 'nginx', '--port=80');
  await shop.cluster.settle();
  expect(await shop.kubectl('describe', 'service', 'nginx')).toMatch(/^Endpoints: +10\.244\.\d+\.\d+:80,10\./m);
  expect(await shop.kubectl('get', 'serviceaccounts')).toMatch(/^NAME +SECRETS +AGE\ndefault +0 +/);
  expect(await shop.kubectl('get', 'endpoints', 'nginx')).not.toContain('deprecated');
  expect(await shop.kubectl('get', 'flowschemas.v1beta3.flowcontrol.apiserver.k8s.io')).toContain('global-default');
  const { stderr } = await shop.fails('get', 'servicecidrs');
  expect(stderr).toContain('the server doesn\'t have a resource type "servicecidrs"');
  expect(await shop.kubectl('explain', 'pod.spec.hostUsers')).toContain('hostUsers <boolean>');
  expect((await shop.fails('explain', 'pod.spec.hostnameOverride')).stderr).toContain('does not exist');
});

test('a field that came later is told of', async () => {
  await using shop = await openShop({ kubernetesVersion: '1.34' }, kubectlOf(33));
  const manifest = `{apiVersion: v1, kind: Pod, metadata: {name: later}, spec: {
    evictionResponders: [], schedulingGroup: {podGroupName: a}, containers: [{name: c, image: nginx}]}}`;
  const refused = await shop.run(['create', '-f', '-'], { input: manifest });
  expect(refused.stderr).toContain('unknown field "spec.schedulingGroup"');
  const warned = await shop.run(['create', '--validate=warn', '-f', '-'], { input: manifest });
  expect(warned).toMatchObject({ code: 0, stdout: 'pod/later created\n' });
  expect(warned.stderr).toContain('Warning: unknown field "spec.schedulingGroup"');
  expect(await shop.kubectl('get', 'pod', 'later', '-o', 'yaml')).not.toContain('schedulingGroup');
});
