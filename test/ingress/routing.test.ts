import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { pod, service } from '../traffic/support.ts';
import { backend, type Edge, echoed, edge, ingress, path, podOf, rule } from './support.ts';

const shop = (name: string): string[] => [
  pod(name, 'example/app', { http: 8080, ops: 9090 }),
  service(name, name, 'ports: [{name: web, port: 80, targetPort: http}, {name: admin, port: 81, targetPort: ops}]'),
];

let front: Edge;
beforeAll(async () => {
  front = await edge([
    ...['exact', 'root', 'folder', 'star', 'rest', 'own'].flatMap(shop),
    ingress(
      'paths',
      `rules: [${rule(
        'paths.example.com',
        path('/', backend('root')),
        path('/a', backend('folder')),
        path('/a', backend('exact'), 'Exact'),
        path('/raw', backend('star'), 'ImplementationSpecific'),
        path('/slash/', backend('exact')),
        path('/a/deeper', backend('own')),
      )}]`,
    ),
    ingress(
      'hosts',
      `rules: [${rule('*.example.com', path('/', backend('star')))},` +
        `${rule('own.example.com', path('/only', backend('own')))}]`,
    ),
    ingress('rest', `defaultBackend: ${backend('rest')}`),
    ingress(
      'ports',
      `defaultBackend: ${backend('rest')}, rules: [${rule(
        'ports.example.org',
        path('/name', backend('own', 'admin')),
        path('/number', backend('own', 81)),
        path('/missing', backend('own', 82)),
      )}]`,
    ),
  ]);
});
afterAll(() => front[Symbol.asyncDispose]());

describe('paths', () => {
  it.each([
    ['/', 'root'],
    ['/ab', 'root'],
    ['/a', 'exact'],
    ['/a/', 'folder'],
    ['/a/b?c=d', 'folder'],
    ['/a/deeper/still', 'own'],
    ['/a/deeperstill', 'folder'],
    ['//a//b', 'folder'],
    ['/%61/b', 'folder'],
    ['/x/../a', 'exact'],
    ['/raw', 'star'],
    ['/rawer', 'star'],
    ['/slash', 'exact'],
    ['/slash/x', 'exact'],
    ['/A', 'root'],
  ])('%s leads to %s', async (asked, name) => {
    expect(podOf(await front.get(`http://paths.example.com${asked}`))).toBe(name);
  });

  it('are passed on as they came', async () => {
    const { request } = echoed(await front.get('http://paths.example.com/a/b%2Fc?d=%20e'));
    expect(request.url).toBe('/a/b%2Fc?d=%20e');
  });
});

describe('hosts', () => {
  it.each([
    ['any.example.com', '/x', 'star'],
    ['ANY.Example.com', '/x', 'star'],
    ['any.example.com:8080', '/x', 'star'],
    ['own.example.com', '/only', 'own'],
    ['own.example.com', '/other', '404'],
    ['two.labels.example.com', '/', 'rest'],
    ['example.com', '/', 'rest'],
    ['127.0.0.1', '/', 'rest'],
  ])('%s%s leads to %s', async (host, asked, name) => {
    expect(podOf(await front.get(`http://${host}${asked}`))).toBe(name);
  });
});

test('a port of a service is found by its name and its number', async () => {
  expect(echoed(await front.get('http://ports.example.org/name')).port).toBe(9090);
  expect(echoed(await front.get('http://ports.example.org/number')).port).toBe(9090);
  expect(podOf(await front.get('http://ports.example.org/missing'))).toBe('503');
});

test('what no path is for goes to the default of the Ingress', async () => {
  expect(podOf(await front.get('http://ports.example.org/other'))).toBe('rest');
});

test('a change counts at once', async () => {
  await front.apply(ingress('late', `rules: [${rule('late.example.org', path('/', backend('own')))}]`));
  expect(podOf(await front.get('http://late.example.org/'))).toBe('own');
  const key = { namespace: 'default', name: 'late' };
  await front.cluster.transport().send({ verb: 'delete', resource: 'networking.k8s.io/v1/ingresses', key });
  expect(podOf(await front.get('http://late.example.org/'))).toBe('rest');
});
