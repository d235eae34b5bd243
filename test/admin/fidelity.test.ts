import { afterAll, beforeAll, expect, it } from 'vitest';
import type { FidelityReport } from '../../server/pipeline/fidelity/client-requests.ts';
import { KNOWN_DIFFERENCES } from '../fidelity/known-differences.ts';
import { type AdminCluster, adminCluster } from './support.ts';

let relaxed: AdminCluster;
let strict: AdminCluster;
beforeAll(async () => {
  [relaxed, strict] = await Promise.all([adminCluster(), adminCluster({ strict: true })]);
});
afterAll(() => Promise.all([relaxed[Symbol.asyncDispose](), strict[Symbol.asyncDispose]()]));

const PODS = '/api/v1/namespaces/default/pods';
const SERVICES = '/api/v1/namespaces/default/services';
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const RULES = '/apis/resource.k8s.io/v1/devicetaintrules';
const POD = { metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'nginx' }] } };

async function report(cluster: AdminCluster): Promise<FidelityReport> {
  return JSON.parse((await cluster.admin('GET', '/-/fidelity')).text) as FidelityReport;
}

/** `absent v1/pods/exec create 1` */
async function lines(cluster: AdminCluster): Promise<string[]> {
  const { requests } = await report(cluster);
  return requests.map(({ resource, verb, fidelity, count }) => `${fidelity} ${resource} ${verb} ${count}`);
}

it('GET /-/fidelity counts what clients ask for, what is no exact answer first', async () => {
  for (const path of [PODS, PODS, `${PODS}?watch=1&timeoutSeconds=1`]) await relaxed.admin('GET', path);
  await relaxed.admin('POST', PODS, POD);
  await relaxed.admin('GET', '/api/v1/nodes/node01/proxy/pods');
  await relaxed.admin('GET', DEFINITIONS);
  expect(await lines(relaxed)).toEqual([
    'absent v1/nodes/proxy get 1',
    'approximate apiextensions.k8s.io/v1/customresourcedefinitions list 1',
    'exact v1/pods list 2',
    'exact v1/pods watch 1',
    'exact v1/pods create 1',
  ]);
  const { strict: isStrict, totals } = await report(relaxed);
  expect([isStrict, totals]).toEqual([false, { absent: 1, approximate: 1, exact: 4 }]);
});

it('leaves out controllers and what the server does not know', async () => {
  await relaxed.cluster.settle();
  const before = await lines(relaxed);
  await relaxed.cluster.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'from-within' } });
  await relaxed.admin('GET', `${PODS}/a/nothing`);
  await relaxed.admin('GET', '/api/v1/nothings');
  await relaxed.admin('GET', '/version');
  expect(await lines(relaxed)).toEqual(before);
});

it('counts requests for custom resources', async () => {
  const names = { plural: 'shoes', kind: 'Shoe' };
  const schema = { openAPIV3Schema: { type: 'object' } };
  const versions = [{ name: 'v1', served: true, storage: true, schema }];
  await relaxed.admin('POST', DEFINITIONS, {
    metadata: { name: 'shoes.example.com' },
    spec: { group: 'example.com', scope: 'Namespaced', names, versions },
  });
  expect((await relaxed.admin('GET', '/apis/example.com/v1/shoes')).status).toBe(200);
  expect(await lines(relaxed)).toContain('exact example.com/v1/shoes list 1');
});

it('--strict refuses clients what is approximate, names the page, and counts it', async () => {
  const { status, text } = await strict.admin('GET', RULES);
  expect([status, JSON.parse(text)]).toEqual([
    501,
    expect.objectContaining({
      kind: 'Status',
      reason: 'NotImplemented',
      message:
        'fauxkube answers list of resource.k8s.io/v1/devicetaintrules only approximately, ' +
        'which --strict refuses: see docs/fidelity.md',
    }),
  ]);
  expect((await strict.admin('GET', `${RULES}?watch=1`)).status).toBe(501);
  expect(await lines(strict)).toEqual([
    'approximate resource.k8s.io/v1/devicetaintrules list 1',
    'approximate resource.k8s.io/v1/devicetaintrules watch 1',
  ]);
});

it('--strict lets definitions of custom resources be, which differ in nothing but time', async () => {
  expect((await strict.admin('GET', DEFINITIONS)).status).toBe(200);
  const onlySooner = KNOWN_DIFFERENCES.find(({ verbs }) =>
    verbs.some((pattern) => pattern.test('apiextensions.k8s.io/v1/customresourcedefinitions list')),
  );
  expect(onlySooner?.what).toContain('at once, where the real server needs a moment');
});

it('--strict answers what is exact, and lets controllers and the process itself do everything', async () => {
  expect((await strict.admin('POST', PODS, POD)).status).toBe(201);
  expect((await strict.admin('GET', SERVICES)).status).toBe(200);
  await strict.cluster.settle();
  const { phase } = (JSON.parse((await strict.admin('GET', `${PODS}/a`)).text) as { status: { phase: string } }).status;
  expect(phase).toBe('Running');
  const definitions = { resource: 'apiextensions.k8s.io/v1/customresourcedefinitions', namespace: '' };
  expect((await strict.cluster.transport().list(definitions)).items).toEqual([]);
});

it('GET /-/fidelity is for administrators', async () => {
  expect((await relaxed.anyone('/-/fidelity')).status).toBe(403);
});
