import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_TOKEN, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';
import { parseAnswer, requestBytes, sendBytes, type WireAnswer } from '../../support/wire.ts';

/** What a kube-apiserver 1.37.2 was asked for, and answered so. */

const MAPS = '/api/v1/namespaces/default/configmaps';
const NOT_FOUND = '404 page not found\n';
let cluster: SecuredCluster;
beforeAll(async () => {
  cluster = await securedCluster();
  for (const name of ['a', 'b']) await cluster.ask('POST', MAPS, { body: { metadata: { name } } });
});
afterAll(() => cluster[Symbol.asyncDispose]());

async function ask(method: string, path: string, token = ADMIN_TOKEN): Promise<WireAnswer & { text: string }> {
  const headers = token === '' ? {} : { Authorization: `Bearer ${token}` };
  const bytes = await sendBytes({ host: '127.0.0.1', port: cluster.port }, requestBytes({ method, path, headers }));
  const answer = parseAnswer(bytes);
  return { ...answer, text: answer.body.toString() };
}

it('OPTIONS of the whole server needs no user, and has nothing to say', async () => {
  const { status, headers, text } = await ask('OPTIONS', '*', '');
  expect([status, headers.get('content-length'), headers.has('audit-id'), text]).toEqual([200, ['0'], false, '']);
  expect(await ask('GET', '*')).toMatchObject({ status: 404, text: NOT_FOUND });
});

it('a whole URL is read as its path and query, whatever host it names', async () => {
  expect(await ask('GET', 'http://elsewhere:80/version')).toMatchObject({ status: 200 });
  const { status, text } = await ask('GET', `HTTPS://elsewhere${MAPS}?fieldSelector=metadata.name%3Db`);
  expect([status, text]).toEqual([200, expect.stringMatching(/^(?!.*"name":"a").*"name":"b"/s)]);
  expect(await ask('GET', 'https://elsewhere')).toMatchObject({ status: 404, text: NOT_FOUND });
});

it('CONNECT is a request like others: of a host it has no path', async () => {
  expect(await ask('CONNECT', 'elsewhere:80')).toMatchObject({ status: 404, text: NOT_FOUND });
  const refused = await ask('CONNECT', 'elsewhere:80', '');
  expect([refused.status, refused.text]).toEqual([
    403,
    expect.stringContaining('User \\"system:anonymous\\" cannot connect path \\"\\"'),
  ]);
  const known = await ask('CONNECT', '/api');
  expect([known.status, known.text]).toEqual([405, expect.stringContaining('"reason":"MethodNotAllowed"')]);
  expect((await ask('GET', '/version')).status).toBe(200);
});

it('what has a semicolon in a query is left out', async () => {
  const { status, text } = await ask('GET', `${MAPS}?limit=1;a=b&fieldSelector=metadata.name%3Da`);
  expect([status, text]).toEqual([200, expect.stringMatching(/^(?!.*"name":"b").*"name":"a"/s)]);
});
