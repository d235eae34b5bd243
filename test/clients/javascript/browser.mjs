// A page of another origin in Chromium, which talks to the API with fetch: CORS, streams and a bearer token.
import { accessSync, constants, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:https';
import { delimiter, join } from 'node:path';
import { CoreV1Api, KubeConfig, RbacAuthorizationV1Api } from '@kubernetes/client-node';
import { chromium } from 'playwright-core';
import { check, equal, isAdmin, matches, namespace } from './checks.mjs';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
const SCRIPT = 'window.Client = (await import("/client.js")).Client';
const PAGE = `<!doctype html><title>objects</title><script type="module">${SCRIPT}</script>`;

const config = new KubeConfig();
config.loadFromDefault();
const { server } = config.getCurrentCluster();
const maps = `/api/v1/namespaces/${namespace}/configmaps`;
const pods = `/api/v1/namespaces/${namespace}/pods`;

/** Where the browser is: CHROMIUM_PATH, or whatever PATH has. */
function findChromium() {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  const folders = (process.env.PATH ?? '').split(delimiter);
  const isProgram = (path) => {
    try {
      accessSync(path, constants.X_OK);
      return true;
    } catch {
      return false;
    }
  };
  const found = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
  if (!found) throw new Error('there is no Chromium on PATH, and CHROMIUM_PATH names none');
  return found;
}

/** Whoever has a certificate gives the page a token of a service account. */
async function tokenForPage() {
  const { token } = config.getCurrentUser();
  if (token) return token;
  const core = config.makeApiClient(CoreV1Api);
  await core.createNamespacedServiceAccount({ namespace, body: { metadata: { name: 'page' } } });
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' };
  const body = {
    metadata: { name: `${namespace}-page` },
    roleRef,
    subjects: [{ kind: 'ServiceAccount', name: 'page', namespace }],
  };
  await config.makeApiClient(RbacAuthorizationV1Api).createClusterRoleBinding({ body });
  const answer = await core.createNamespacedServiceAccountToken({ name: 'page', namespace, body: { spec: {} } });
  return answer.status.token;
}

async function servePage() {
  const script = readFileSync(new URL('browser-client.js', import.meta.url));
  const page = createServer((asked, answer) => {
    const isScript = asked.url === '/client.js';
    answer.setHeader('content-type', isScript ? 'text/javascript' : 'text/html').end(isScript ? script : PAGE);
  });
  await new Promise((resolve) => page.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${page.address().port}`;
}

/** What the browser asks for before a request of another origin. */
function preflight(origin, method, headers) {
  const asked = { origin, 'access-control-request-method': method, 'access-control-request-headers': headers };
  return new Promise((resolve, reject) => {
    request(server + maps, { method: 'OPTIONS', headers: asked, rejectUnauthorized: false }, resolve)
      .once('error', reject)
      .end();
  });
}

const [token, origin] = await Promise.all([tokenForPage(), servePage()]);
let page;

await check('a browser opens the page', async () => {
  const args = ['--no-sandbox', '--disable-dev-shm-usage'];
  const browser = await chromium.launch({ executablePath: findChromium(), args });
  const context = await browser.newContext({ ignoreHTTPSErrors: true });
  page = await context.newPage();
  await page.goto(origin);
  await page.waitForFunction('window.Client !== undefined');
  await page.evaluate(
    ([url, secret]) => {
      window.client = new window.Client(url, secret);
    },
    [server, token],
  );
});
if (!page) process.exit();

const ask = (method, path, options) =>
  page.evaluate((told) => window.client.request(...told), [method, path, options ?? {}]);
const map = (name, data) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data });

await check('a preflight says what the page may send', async () => {
  const { statusCode, headers } = await preflight(origin, 'PATCH', 'authorization,content-type');
  equal([statusCode, headers['access-control-allow-origin']], [204, origin]);
  matches(headers['access-control-allow-methods'], /\bPATCH\b/);
  matches(headers['access-control-allow-headers'], /\bAuthorization\b/);
  equal(headers['access-control-allow-credentials'], 'true');
});

await check('the page lists objects, and reads the header that it may', async () => {
  const { status, body, date } = await ask('GET', maps);
  equal(
    [status, body.kind, body.items.map(({ metadata }) => metadata.name)],
    [200, 'ConfigMapList', ['kube-root-ca.crt']],
  );
  matches(date, /GMT$/);
});

await check('it creates, and reads why it cannot create again', async () => {
  const { status, body } = await ask('POST', maps, { body: map('made', { color: 'red' }) });
  equal([status, body.data], [201, { color: 'red' }]);
  const again = await ask('POST', maps, { body: map('made') });
  equal([again.status, again.body.kind, again.body.reason], [409, 'Status', 'AlreadyExists']);
});

await check('it patches in each way', async () => {
  const patch = async (type, body, query = '') =>
    (await ask('PATCH', `${maps}/made${query}`, { body, type })).body.data;
  equal(await patch('application/merge-patch+json', { data: { size: '1' } }), { color: 'red', size: '1' });
  equal(await patch('application/json-patch+json', [{ op: 'remove', path: '/data/size' }]), { color: 'red' });
  equal(await patch('application/strategic-merge-patch+json', { data: { color: 'blue' } }), { color: 'blue' });
  const applied = map('made', { weight: '2' });
  equal(await patch('application/apply-patch+yaml', applied, '?fieldManager=page'), { color: 'blue', weight: '2' });
});

await check('it reads what is wrong with what it sends', async () => {
  const { status, body } = await ask('POST', maps, { body: map('No_Name') });
  equal([status, body.reason, body.details.causes[0].field], [422, 'Invalid', 'metadata.name']);
  const old = map('made', {});
  old.metadata.resourceVersion = '1';
  equal((await ask('PUT', `${maps}/made`, { body: old })).body.reason, 'Conflict');
  equal((await ask('GET', `${maps}/missing`)).body.reason, 'NotFound');
});

await check('it reads that a token is wrong', async () => {
  const { status, body } = await page.evaluate(
    ([url, path]) => new window.Client(url, 'wrong').request('GET', path),
    [server, maps],
  );
  equal([status, body.kind, body.reason], [401, 'Status', 'Unauthorized']);
});

await check('it watches in a stream', async () => {
  const { body } = await ask('GET', maps);
  const path = `${maps}?watch=true&resourceVersion=${body.metadata.resourceVersion}`;
  const watching = page.evaluate((told) => window.client.watch(told, (type) => type === 'DELETED'), path);
  await ask('POST', maps, { body: map('seen', { value: '1' }) });
  await ask('PATCH', `${maps}/seen`, { body: { data: { value: '2' } }, type: 'application/merge-patch+json' });
  await ask('DELETE', `${maps}/seen`);
  equal(
    (await watching).map(({ type, object }) => [type, object.metadata.name, object.data.value]),
    [
      ['ADDED', 'seen', '1'],
      ['MODIFIED', 'seen', '2'],
      ['DELETED', 'seen', '2'],
    ],
  );
});

await check('ten watches at a time leave room for requests', async () => {
  const { body } = await ask('GET', maps);
  const { resourceVersion } = body.metadata;
  const path = `${maps}?watch=true&resourceVersion=${resourceVersion}&fieldSelector=metadata.name%3Dall`;
  const watching = page.evaluate(
    (told) => Promise.all(Array.from({ length: 10 }, () => window.client.watch(told, (type) => type === 'DELETED'))),
    path,
  );
  await ask('POST', maps, { body: map('all') });
  await ask('DELETE', `${maps}/all`);
  equal((await watching).length, 10);
});

await check('it shows a table', async () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
  const { body } = await ask('GET', maps, { accept });
  equal([body.kind, body.columnDefinitions.map(({ name }) => name)], ['Table', ['Name', 'Data', 'Age']]);
  equal(
    body.rows.map(({ cells }) => cells.slice(0, 2)),
    [
      ['kube-root-ca.crt', 1],
      ['made', 2],
    ],
  );
});

await check('it follows a log, and runs a command through a WebSocket', async () => {
  const command = ['sh', '-c', 'echo one; echo two; sleep 1000'];
  const spec = { containers: [{ name: 'main', image: 'busybox', command }] };
  await ask('POST', pods, { body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'talker' }, spec } });
  const running = `${pods}?watch=true&fieldSelector=metadata.name%3Dtalker`;
  await page.evaluate((told) => window.client.watch(told, (_type, { status }) => status.phase === 'Running'), running);
  const lines = await page.evaluate(async (told) => {
    const found = [];
    const aborting = new AbortController();
    for await (const line of window.client.lines(told, aborting.signal)) if (found.push(line) === 2) break;
    aborting.abort();
    return found;
  }, `${pods}/talker/log?follow=true`);
  equal(lines, ['one', 'two']);
  const ran = await page.evaluate(
    (told) => window.client.exec(told, ['sh', '-c', 'echo $HOSTNAME; exit 3']),
    `${pods}/talker/exec`,
  );
  equal([ran.protocol, ran.output, ran.status.reason], ['v5.channel.k8s.io', 'talker\n', 'NonZeroExitCode']);
});

await check('it deletes, and what was deleted is gone', async () => {
  const { status, body } = await ask('DELETE', `${maps}/made`);
  equal([status, body.status], [200, 'Success']);
  equal((await ask('GET', `${maps}/made`)).status, 404);
});

if (isAdmin)
  await check('it sees the cluster', async () => {
    const { status, body } = await ask('GET', '/api/v1/nodes');
    equal([status, body.kind], [200, 'NodeList']);
    await ask('DELETE', `/apis/rbac.authorization.k8s.io/v1/clusterrolebindings/${namespace}-page`);
  });
else
  await check('it reads that other namespaces are forbidden', async () => {
    for (const path of ['/api/v1/nodes', '/api/v1/namespaces/default/pods']) {
      const { status, body } = await ask('GET', path);
      equal([status, body.reason], [403, 'Forbidden']);
    }
  });

await page.context().browser().close();
process.exit();
