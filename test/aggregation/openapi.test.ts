import { expect, test } from 'vitest';
import { extensionServer } from '../support/aggregation/extension-server.ts';
import { register } from '../support/aggregation/registration.ts';
import { at, securedCluster } from '../support/secured-cluster.ts';

const DOCUMENT = 'apis/kitchen.example.com/v1';
const PATH = `/${DOCUMENT}/namespaces/{namespace}/recipes`;
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta';

type Fields = Readonly<Record<string, unknown>>;

test('OpenAPI v3 lists the documents of other servers, and gets them there', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  await register(cluster, server);
  const { body } = await cluster.ask('GET', '/openapi/v3');
  const { paths } = JSON.parse(String(body)) as { paths: Readonly<Record<string, { serverRelativeURL: string }>> };
  expect(paths[DOCUMENT]?.serverRelativeURL).toBe(`/openapi/v3/${DOCUMENT}?hash=ABC`);
  // What this server says of itself is not for others to say.
  expect(paths.version?.serverRelativeURL).not.toContain('DEF');
  expect(Object.keys(paths)).toEqual(Object.keys(paths).sort());
  const document = await cluster.ask('GET', `/openapi/v3/${DOCUMENT}?hash=ABC`);
  expect(document.status).toBe(200);
  expect(at(document.body, 'info.title')).toBe('Kitchen');
  expect(server.asked()[0]).toMatchObject({
    url: `/openapi/v3/${DOCUMENT}?hash=ABC`,
    headers: { 'x-remote-user': 'admin' },
  });
  expect((await cluster.ask('GET', '/openapi/v3/version')).body).not.toMatchObject({ info: { title: 'Kitchen' } });
});

test('OpenAPI v2 has the paths of the group version, and its definitions under names of their own', async () => {
  await using server = await extensionServer();
  await using cluster = await securedCluster();
  const before = (await cluster.ask('GET', '/openapi/v2')).body as { paths: Fields; definitions: Fields };
  await register(cluster, server);
  const after = (await cluster.ask('GET', '/openapi/v2')).body as { paths: Fields; definitions: Fields };
  const [{ paths, definitions }, { paths: _p, definitions: _d, ...rest }] = [after, before];
  expect(after).toMatchObject(rest);
  expect(Object.keys(paths).filter((path) => !(path in before.paths))).toEqual([PATH]);
  expect(paths['/version/']).toEqual(before.paths['/version/']);
  expect(definitions[META]).toEqual(before.definitions[META]);
  expect(definitions[`${META}_v2`]).toMatchObject({ description: 'An older description.' });
  const recipe = definitions['com.example.kitchen.v1.Recipe'] as Fields;
  expect(at(recipe, 'properties.metadata')).toEqual({ $ref: `#/definitions/${META}_v2` });
});
