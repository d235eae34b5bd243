// Records what a real server answers on the pages that are not per kind: discovery, OpenAPI, health.
import { exchange } from '../../support/plain-server.ts';
import { sha256, structureHash } from '../../support/structure.ts';
import { record } from './oracle.ts';

const { GOLDEN_SERVER: server = '', GOLDEN_TOKEN: token } = process.env;
const ask = (method: string, path: string, headers: Record<string, string> = {}): ReturnType<typeof exchange> =>
  exchange(server, method, path, { ...headers, authorization: `Bearer ${token}` });

const AGGREGATED = (version: string): string =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`;
const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io';

/** The index of OpenAPI lists every document; their texts are not kept. */
async function openapi(): Promise<void> {
  const { paths } = JSON.parse((await ask('GET', '/openapi/v3')).body.toString()) as { paths: Record<string, unknown> };
  const documents = ['/openapi/v2', ...Object.keys(paths).map((name) => `/openapi/v3/${name}`)];
  const cases = [];
  for (const path of documents) cases.push({ path, structure: structureHash((await ask('GET', path)).body) });
  await record('test/golden/openapi/structure.json', cases);
}

interface Question {
  readonly method: string;
  readonly path: string;
  readonly accept?: string;
  readonly agent?: string;
}

/** Every page as it is, and those with other media types and methods. `/api` names the address of the server. */
async function discovery(): Promise<void> {
  const { paths } = JSON.parse((await ask('GET', '/')).body.toString()) as { paths: string[] };
  const pages = paths.filter((path) => path.startsWith('/apis') || path === '/api/v1');
  const questions: Question[] = pages.map((path) => ({ method: 'GET', path }));
  const accepts = [
    AGGREGATED('v2'),
    AGGREGATED('v2beta1'),
    AGGREGATED('v9'),
    `${AGGREGATED('v9')},application/json`,
    `${AGGREGATED('v2')},${AGGREGATED('v2beta1')},application/json`,
    `application/json,${AGGREGATED('v2')};q=0.1`,
    AGGREGATED('v2').replace('json', 'yaml'),
    'application/yaml',
    'application/*',
    '*/*',
    'text/html',
    TABLE,
  ];
  for (const path of ['/apis', '/apis/', '/apis/apps', '/apis/apps/v1']) {
    for (const accept of accepts) questions.push({ method: 'GET', path, accept });
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'HEAD']) questions.push({ method, path });
    questions.push({ method: 'GET', path, agent: 'curl/8.0' });
    for (const pretty of ['1', '0', 'x'])
      questions.push({ method: 'GET', path: `${path}?pretty=${pretty}`, agent: 'curl/8.0' });
  }
  for (const path of ['/api/v9', '/apis/nosuch', '/apis/nosuch/v1', '/apis/apps/v9'])
    questions.push({ method: 'GET', path });
  const cases = [];
  for (const question of questions) {
    const { method, path, accept, agent } = question;
    const answer = await ask(method, path, { ...(accept && { accept }), ...(agent && { 'user-agent': agent }) });
    const { 'content-type': type, 'cache-control': cache, vary } = answer.headers;
    cases.push({ ...question, status: answer.status, type, cache, vary, body: sha256(answer.body) });
  }
  await record('test/golden/discovery/pages.json', cases);
}

const QUERIES = [
  '',
  '?verbose',
  '?verbose=0',
  '?verbose&exclude=etcd',
  '?verbose&exclude=b&exclude=a',
  '?exclude=nosuch',
  '/',
];
const CHECKS = [
  'ping',
  'ping/',
  'etcd?verbose',
  'poststarthook/rbac/bootstrap-roles',
  'poststarthook',
  'shutdown',
  'nosuch',
];

async function health(): Promise<void> {
  const cases = [];
  for (const root of ['/healthz', '/livez', '/readyz']) {
    for (const path of [...QUERIES.map((query) => root + query), ...CHECKS.map((check) => `${root}/${check}`)]) {
      const { status, headers, body } = await ask('GET', path);
      cases.push({
        path,
        status,
        type: headers['content-type'],
        sniff: headers['x-content-type-options'],
        body: body.toString(),
      });
    }
  }
  await record('test/golden/health.json', cases);
}

await openapi();
await discovery();
await health();
