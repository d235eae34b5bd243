import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { open, readKubeconfig } from '../support/ask.ts';
import { warningTexts } from '../support/exchanges.ts';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster({ logLevel: 'error', nodes: 0 });
});
afterAll(() => cluster.stop());

/** Sends an object. @returns the texts of the warnings that kubectl prints */
async function send(method: 'POST' | 'PUT', path: string, object: object): Promise<string[]> {
  const { ca, cert, key } = readKubeconfig(cluster.kubeconfig());
  const answer = await open(cluster.url + path, {
    method,
    credentials: { ca, cert, key },
    body: JSON.stringify(object),
  });
  answer.resume();
  expect(answer.statusCode).toBeLessThan(300);
  return warningTexts(answer.headersDistinct.warning ?? []);
}

const MAPS = '/api/v1/namespaces/default/configmaps';
const map = (name: string, annotations: object): object => ({ metadata: { name, annotations } });

test('whoever writes an annotation that there is not is warned, of any kind', async () => {
  expect(
    await send('POST', MAPS, map('a', { 'fauxkube.dev/behavior': 'x', 'fauxkube.dev/xyz': '', other: 'x' })),
  ).toEqual([
    'metadata.annotations[fauxkube.dev/behavior]: fauxkube has no such annotation; did you mean behaviour?',
    'metadata.annotations[fauxkube.dev/xyz]: fauxkube has no such annotation; ' +
      'there are behaviour, commands, disabled-controllers, logs, upstreams, usage',
  ]);
});

test('a controller that there is not is told of, until the annotation stays as it is', async () => {
  const annotations = { 'fauxkube.dev/disabled-controllers': 'deploymnt, replicaset,kubelet, zzzzz' };
  const told = [
    'metadata.annotations[fauxkube.dev/disabled-controllers]: there is no controller "deploymnt"; ' +
      'did you mean deployment-controller?',
    'metadata.annotations[fauxkube.dev/disabled-controllers]: there is no controller "zzzzz"',
  ];
  expect(await send('POST', MAPS, map('b', annotations))).toEqual(told);
  expect(await send('PUT', `${MAPS}/b`, map('b', { ...annotations, other: 'x' }))).toEqual([]);
  expect(await send('PUT', `${MAPS}/b`, map('b', {}))).toEqual([]);
  expect(await send('PUT', `${MAPS}/b`, map('b', annotations))).toEqual(told);
});

test('one that only pods obey changes nothing elsewhere than in their templates', async () => {
  const template = (annotations: object): object => ({
    metadata: { labels: { app: 'a' }, annotations },
    spec: { containers: [{ name: 'c', image: 'a' }], restartPolicy: 'Always' },
  });
  const behaviour = { 'fauxkube.dev/behaviour': 'crashloop' };
  const deployment = (name: string, outer: object, inner: object): object => ({
    metadata: { name, annotations: outer },
    spec: { selector: { matchLabels: { app: 'a' } }, template: template(inner) },
  });
  const path = '/apis/apps/v1/namespaces/default/deployments';
  expect(await send('POST', path, deployment('a', behaviour, behaviour))).toEqual([
    'metadata.annotations[fauxkube.dev/behaviour]: it is obeyed on a Pod or Node, and changes nothing on a Deployment',
  ]);
  expect(await send('POST', path, deployment('b', {}, { 'fauxkube.dev/log': '' }))).toEqual([
    'spec.template.metadata.annotations[fauxkube.dev/log]: fauxkube has no such annotation; did you mean logs?',
  ]);
});

test('a usage that nobody can read is told of', async () => {
  const pod = (name: string, usage: string): object => ({
    metadata: { name, annotations: { 'fauxkube.dev/usage': usage } },
    spec: { containers: [{ name: 'c', image: 'a' }] },
  });
  const pods = '/api/v1/namespaces/kube-public/pods';
  expect(await send('POST', pods, pod('a', 'cpu: 250m'))).toEqual([
    'metadata.annotations[fauxkube.dev/usage]: it has to be like cpu=250m,memory=64Mi,sidecar/cpu=10m, or unknown: ' +
      '"cpu: 250m" says nothing',
  ]);
  for (const [name, usage] of [
    ['b', 'cpu=250m, memory=64Mi'],
    ['d', ' unknown '],
  ] as const)
    expect(await send('POST', pods, pod(name, usage))).toEqual([]);
});
