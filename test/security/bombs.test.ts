/** Small requests that would cost much: each is answered soon, with a Status, and the server goes on. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, create, type SecuredCluster, securedCluster } from '../support/secured-cluster.ts';

/** Far above what an answer needs on a busy machine, far below what a bomb would take. */
const QUICK = { timeout: 10_000 };

const MAPS = '/api/v1/namespaces/default/configmaps';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
});
afterAll(() => cluster[Symbol.asyncDispose]());

const post = (path: string, body: string, type: string): Promise<Answer> =>
  cluster.ask('POST', path, { body, headers: [['Content-Type', type]] });

async function expectRefused(answer: Answer, ...codes: readonly number[]): Promise<void> {
  expect(codes).toContain(answer.status);
  expect(answer.body).toMatchObject({ kind: 'Status', status: 'Failure' });
  expect((await cluster.ask('GET', '/readyz')).status).toBe(200);
}

function definition(plural: string, spec: object): object {
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec } } };
  const kind = `${plural[0]?.toUpperCase()}${plural.slice(1)}`;
  const names = { plural, kind };
  const versions = [{ name: 'v1', served: true, storage: true, schema }];
  return {
    metadata: { name: `${plural}.bombs.example` },
    spec: { group: 'bombs.example', scope: 'Cluster', names, versions },
  };
}

const custom = (plural: string, spec: unknown): Promise<Answer> =>
  cluster.ask('POST', `/apis/bombs.example/v1/${plural}`, {
    body: {
      apiVersion: 'bombs.example/v1',
      kind: `${plural[0]?.toUpperCase()}${plural.slice(1)}`,
      metadata: { name: 'a' },
      spec,
    },
  });

describe('bombs', QUICK, () => {
  it('of JSON: nesting without end', async () => {
    await expectRefused(
      await post(MAPS, `{"metadata":{"name":"a"},"data":${'['.repeat(500_000)}`, 'application/json'),
      400,
    );
    const nested = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
    await expectRefused(await post(MAPS, `{"metadata":{"name":"a"},"x":${nested}}`, 'application/json'), 400);
  });

  it('of YAML: aliases that double, and nesting', async () => {
    const lines = ['a: &a [x, x]'];
    for (let i = 0; i < 60; i++)
      lines.push(`k${i}: &k${i} [*${i === 0 ? 'a' : `k${i - 1}`}, *${i === 0 ? 'a' : `k${i - 1}`}]`);
    await expectRefused(await post(MAPS, lines.join('\n'), 'application/yaml'), 400);
    await expectRefused(await post(MAPS, '['.repeat(200_000), 'application/yaml'), 400);
  });

  it('of regular expressions: those that others try in exponential time', async () => {
    const pattern = '^(a+)+(b|c)*$';
    const schema = { type: 'object', properties: { s: { type: 'string', pattern } } };
    await create(cluster, DEFINITIONS, definition('patterns', schema));
    await expectRefused(await custom('patterns', { s: `${'a'.repeat(100_000)}!` }), 422);
    const repeated = { type: 'string', pattern: '((((a{1,100}){1,100}){1,100}){1,100}){1,100}' };
    await expectRefused(await cluster.ask('POST', DEFINITIONS, { body: definition('repeats', repeated) }), 422);
  });

  it('of CEL: rules that cost more with each level of their lists', async () => {
    const list = { type: 'array', maxItems: 1000, items: { type: 'integer' } };
    const rule = 'self.l.all(a, self.l.all(b, self.l.all(c, self.l.all(d, a + b + c + d != 7))))';
    const schema = { type: 'object', properties: { l: list }, 'x-kubernetes-validations': [{ rule }] };
    await expectRefused(await cluster.ask('POST', DEFINITIONS, { body: definition('dears', schema) }), 422);
    const nested = `${'('.repeat(100_000)}true${')'.repeat(100_000)}`;
    const deep = { type: 'object', 'x-kubernetes-validations': [{ rule: nested }] };
    await expectRefused(await cluster.ask('POST', DEFINITIONS, { body: definition('deeps', deep) }), 422, 400);
  });

  it('of schemas: depth, and many fields', async () => {
    let deep: object = { type: 'string' };
    for (let i = 0; i < 400; i++) deep = { type: 'object', properties: { a: deep } };
    await create(cluster, DEFINITIONS, definition('depths', deep));
    const properties = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, { type: 'string' }]));
    await create(cluster, DEFINITIONS, definition('widths', { type: 'object', properties }));
    expect((await custom('widths', { f1: 'x', nope: 1 })).status).toBe(201);
  });

  it('of selectors: as long as a request may be', async () => {
    const terms = Array.from({ length: 8000 }, (_, i) => `k${i} in (a,b,c)`).join(',');
    const labels = await cluster.ask('GET', `${MAPS}?labelSelector=${encodeURIComponent(terms)}`);
    expect([200, 414, 431]).toContain(labels.status);
    const fields = Array.from({ length: 8000 }, () => 'metadata.name=a').join(',');
    const named = await cluster.ask('GET', `${MAPS}?fieldSelector=${encodeURIComponent(fields)}`);
    expect([200, 414, 431]).toContain(named.status);
    await expectRefused(await cluster.ask('GET', `${MAPS}?labelSelector=${'!'.repeat(50_000)}`), 400);
  });

  it('of names that objects of JavaScript have', async () => {
    const body = '{"metadata":{"name":"proto","labels":{"__proto__":"x","constructor":"y"}},"data":{"__proto__":"z"}}';
    const answer = await post(MAPS, body, 'application/json');
    expect([201, 422]).toContain(answer.status);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
    expect(Object.prototype).not.toHaveProperty('polluted');
  });
});
