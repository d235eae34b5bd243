import { expect, test } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { Ingress } from '../../server/kube/types.gen.ts';
import { SimulatedClock } from '../support/simulated-clock.ts';
import { pod, service } from '../traffic/support.ts';
import { backend, type Edge, edge, ingress, ingressClass, path, podOf, rule } from './support.ts';

const APP = [pod('app', 'example/app', { http: 80 }), service('app', 'app', 'ports: [{port: 80}]')];
const OURS = 'fauxkube.dev/ingress';
const DEFAULT = 'ingressclass.kubernetes.io/is-default-class: "true"';

const spec = (name: string, more = ''): string => `${more}rules: [${rule(name, path('/', backend('app')))}]`;

async function served(front: Edge, ...names: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for (const name of names) if (podOf(await front.get(`http://${name}/`)) === 'app') found.push(name);
  return found;
}

async function addresses(cluster: RunningCluster): Promise<Record<string, string>> {
  const { items } = await cluster.transport().list({
    resource: 'networking.k8s.io/v1/ingresses',
    namespace: '',
  });
  return Object.fromEntries(
    (items as unknown as Ingress[]).map(({ metadata, status }) => [
      metadata.name ?? '',
      status.loadBalancer.ingress?.[0]?.ip ?? '',
    ]),
  );
}

test('Ingresses are served whose class is ours, and told so in their status', async () => {
  await using front = await edge([
    ...APP,
    ingressClass('nginx', OURS),
    ingressClass('other', 'example.com/other'),
    ingress('a', spec('a', 'ingressClassName: nginx, ')),
    ingress('b', spec('b', 'ingressClassName: other, ')),
    ingress('c', spec('c', 'ingressClassName: unknown, ')),
    ingress('d', spec('d')),
    ingress('e', spec('e'), 'annotations: {kubernetes.io/ingress.class: nginx}'),
    ingress('f', spec('f'), 'annotations: {kubernetes.io/ingress.class: other}'),
  ]);
  expect(await served(front, 'a', 'b', 'c', 'd', 'e', 'f')).toEqual(['a', 'e']);
  expect(await addresses(front.cluster)).toEqual({ a: '127.0.0.1', b: '', c: '', d: '', e: '127.0.0.1', f: '' });
});

test('one without a class is served where nobody else can be meant, or where the default class is ours', async () => {
  await using front = await edge([...APP, ingress('early', spec('early'))]);
  expect(await served(front, 'early')).toEqual(['early']);
  await front.apply(ingressClass('other', 'example.com/other'));
  expect(await served(front, 'early')).toEqual([]);
  expect(await addresses(front.cluster)).toEqual({ early: '' });
  await front.apply(ingressClass('ours', OURS, DEFAULT), ingress('late', spec('late')));
  expect(await served(front, 'early', 'late')).toEqual(['early', 'late']);
  expect(await addresses(front.cluster)).toEqual({ early: '127.0.0.1', late: '127.0.0.1' });
});

test('of two that want the same the older one counts', async () => {
  const clock = new SimulatedClock();
  await using front = await edge([...APP, ingress('z', spec('same'))], { clock });
  await clock.advance(1000);
  const paths = [path('/', backend('none')), path('/new', backend('app'))];
  await front.apply(ingress('a', `rules: [${rule('same', ...paths)}]`));
  expect(podOf(await front.get('http://same/'))).toBe('app');
  expect(podOf(await front.get('http://same/new'))).toBe('app');
  await front.cluster.transport().send({
    verb: 'delete',
    resource: 'networking.k8s.io/v1/ingresses',
    key: { namespace: 'default', name: 'z' },
  });
  expect(podOf(await front.get('http://same/'))).toBe('503');
});

test('without the port nobody serves Ingresses or touches their status', async () => {
  await using cluster = await startCluster({ logLevel: 'error' });
  await cluster.apply(...APP, ingress('a', spec('a')));
  await cluster.settle();
  expect(cluster.ingressUrl).toBeUndefined();
  expect(await addresses(cluster)).toEqual({ a: '' });
});
