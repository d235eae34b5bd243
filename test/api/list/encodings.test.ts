import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const PATH = '/api/v1/namespaces/default/configmaps';
const TABLE = 'as=Table;v=v1;g=meta.k8s.io';
const PARTIAL = 'as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';

/** A list as text, and what its JSON is. */
async function listed(cluster: SecuredCluster, accept: string, query = ''): Promise<{ text: string; body: unknown }> {
  const { body } = await cluster.ask('GET', `${PATH}${query}`, { headers: [['accept', accept]] });
  return { text: typeof body === 'string' ? body : JSON.stringify(body), body };
}

/** As a person sees it: curl gets indented JSON, which the test's client would parse. */
async function indented(cluster: SecuredCluster, accept: string): Promise<string> {
  const { port } = cluster;
  const response = await fetch(`http://127.0.0.1:${port}${PATH}?pretty=true`, {
    headers: { accept, authorization: 'Bearer admin-token' },
  });
  return response.text();
}

test.each([0, 1, 3, 130])('a list of %i items says the same in every encoding', async (count) => {
  await using cluster = await securedCluster();
  for (let i = 0; i < count; i++)
    await create(cluster, PATH, { metadata: { name: `a${i}` }, data: { text: 'a\n[]{}' } });
  for (const form of ['', TABLE, PARTIAL]) {
    const { body } = await listed(cluster, `application/json;${form}`);
    expect(await indented(cluster, `application/json;${form}`)).toBe(JSON.stringify(body, null, 2));
    expect(parse((await listed(cluster, `application/yaml;${form}`)).text)).toEqual(body);
  }
});

test.each([
  '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
  '/apis/authentication.k8s.io/v1/selfsubjectreviews',
])('%s answers no table, which nobody can list', async (path) => {
  await using cluster = await securedCluster();
  const spec = { nonResourceAttributes: { path: '/', verb: 'get' } };
  const posted = (accept: string): Promise<{ status: number; body: unknown }> =>
    cluster.ask('POST', path, { headers: [['accept', accept]], body: path.includes('access') ? { spec } : {} });
  expect(await posted(`application/json;${TABLE}`)).toMatchObject({
    status: 406,
    body: {
      reason: 'NotAcceptable',
      message:
        'only the following media types are accepted: ' +
        'application/json, application/yaml, application/vnd.kubernetes.protobuf',
    },
  });
  const { status, body } = await posted(`application/json;${TABLE},application/json`);
  expect([status, (body as { status: object }).status]).toEqual([201, expect.any(Object)]);
});
