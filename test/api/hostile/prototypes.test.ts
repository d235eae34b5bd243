import request from 'supertest';
import { expect, test } from 'vitest';
import { ADMIN_TOKEN, securedCluster } from '../../support/secured-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const LABELS = '{"__proto__":"a","constructor":"b","toString":"c"}';

const PATCHES: Readonly<Record<string, string>> = {
  'application/merge-patch+json':
    '{"data":{"__proto__":"x"},"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  'application/strategic-merge-patch+json': '{"data":{"__proto__":"x"},"metadata":{"__proto__":{"polluted":1}}}',
  'application/json-patch+json': '[{"op":"add","path":"/data/__proto__","value":"x"}]',
};

test('names of JavaScript are keys like any others, in bodies, patches and selectors', async () => {
  await using cluster = await securedCluster();
  const api = request(`http://127.0.0.1:${cluster.port}`);
  const authorization = `Bearer ${ADMIN_TOKEN}`;
  const data = '{"hasOwnProperty":"y"}';
  const created = await api
    .post(MAPS)
    .set({ authorization, 'content-type': 'application/json' })
    .send(`{"metadata":{"name":"a"},"data":${data}}`);
  expect(created.status).toBe(201);
  for (const [type, patch] of Object.entries(PATCHES)) {
    const patched = await api.patch(`${MAPS}/a`).set({ authorization, 'content-type': type }).send(patch);
    expect([patched.status, Object.entries((patched.body as { data: object }).data)], type).toEqual([
      200,
      [
        ['__proto__', 'x'],
        ['hasOwnProperty', 'y'],
      ],
    ]);
  }
  expect({}).not.toHaveProperty('polluted');
  expect(Object.keys(Object.prototype)).toEqual([]);
});

test('labels named like parts of objects select only what has them', async () => {
  await using cluster = await securedCluster();
  const body = (name: string, labels: string): object =>
    JSON.parse(`{"metadata":{"name":"${name}"${labels}}}`) as object;
  await cluster.ask('POST', MAPS, { body: body('bare', '') });
  // A label may not begin with an underscore; the others may.
  const refused = await cluster.ask('POST', MAPS, { body: body('none', `,"labels":${LABELS}`) });
  expect(refused.status).toBe(422);
  await cluster.ask('POST', MAPS, { body: body('own', ',"labels":{"constructor":"b"}') });
  for (const [selector, names] of Object.entries({ constructor: ['own'], toString: [], '!constructor': ['bare'] })) {
    const { body: list } = await cluster.ask('GET', `${MAPS}?labelSelector=${encodeURIComponent(selector)}`);
    const { items } = list as { items: { metadata: { name: string } }[] };
    expect(
      items.map(({ metadata }) => metadata.name),
      selector,
    ).toEqual(names);
  }
});
