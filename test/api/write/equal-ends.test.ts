import { expect, test } from 'vitest';
import { type Answer, at, createAccount, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

// Bodies whose text after the metadata came before are not parsed as a whole: nobody may see that.

const PODS = '/api/v1/namespaces/default/pods';
const SPEC = '{"containers":[{"name":"web","image":"nginx"}],"automountServiceAccountToken":false}';
const head = (name: string, more = ''): string =>
  `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"${name}","labels":{"app":"web"}}${more}`;

async function cluster(end = `,"spec":${SPEC}}`): Promise<SecuredCluster> {
  const made = await securedCluster();
  await createAccount(made, 'default');
  for (const name of ['first', 'second']) expect((await post(made, head(name) + end)).status).toBe(201);
  return made;
}

const post = (made: SecuredCluster, body: string, query = ''): Promise<Answer> =>
  made.ask('POST', `${PODS}${query}`, { body, headers: [['content-type', 'application/json']] });

test.each(['}', '}\n', ',"status":{}}', ',"status":{}}\n'])(
  'an object that ends the same way is the same: %j',
  async (end) => {
    await using made = await cluster(`,"spec":${SPEC}${end}`);
    const answers = [await post(made, `${head('third')},"spec":${SPEC}${end}`), await made.ask('GET', `${PODS}/first`)];
    const [third, first] = answers.map(({ body }) => [at(body, 'spec'), at(body, 'metadata.managedFields.0.fieldsV1')]);
    expect(third).toEqual(first);
  },
);

test('a second spec before the known one is merged and told as ever', async () => {
  await using made = await cluster();
  const body = `${head('twice', ',"spec":{"hostNetwork":true}')},"spec":${SPEC}}`;
  const refused = await post(made, body, '?fieldValidation=Strict');
  expect([refused.status, at(refused.body, 'message')]).toEqual([
    400,
    'Pod in version "v1" cannot be handled as a Pod: strict decoding error: duplicate field "spec"',
  ]);
  expect(at((await post(made, body, '?fieldValidation=Ignore')).body, 'spec.hostNetwork')).toBe(true);
});

test('an unknown field before the known spec is told', async () => {
  await using made = await cluster();
  const refused = await post(made, `${head('odd', ',"extra":1')},"spec":${SPEC}}`, '?fieldValidation=Strict');
  expect(at(refused.body, 'message')).toContain('strict decoding error: unknown field "extra"');
});

test('what is no JSON before the known spec is refused', async () => {
  await using made = await cluster();
  for (const more of [',', ',"a":', ',"a":"', ',"a":{', '}'])
    expect((await post(made, `${head('broken', more)},"spec":${SPEC}}`)).status).toBe(400);
});

test('the kind of the body is checked beside the known spec', async () => {
  await using made = await cluster();
  const refused = await post(made, `${head('node').replace('"Pod"', '"Node"')},"spec":${SPEC}}`);
  expect([refused.status, at(refused.body, 'message')]).toEqual([
    400,
    expect.stringContaining('Node in version "v1" cannot be handled as a Pod'),
  ]);
});

test('a spec in an annotation is no spec', async () => {
  await using made = await cluster();
  const annotated = JSON.stringify({ metadata: { name: 'x', annotations: { a: `,"spec":${SPEC}}` } } });
  expect((await post(made, annotated)).status).toBe(422);
});

test('fields that come twice in a spec stay with the pod that had them', async () => {
  await using made = await cluster();
  const security = (text: string): string => SPEC.replace('}]', `}],"securityContext":${text}`);
  const twice = security('{"runAsUser":1},"securityContext":{"runAsGroup":2}');
  const once = security('{"runAsGroup":2}');
  const first = await post(made, `${head('a')},"spec":${twice}}`, '?fieldValidation=Ignore');
  expect(at(first.body, 'spec.securityContext')).toEqual({ runAsUser: 1, runAsGroup: 2 });
  const second = await post(made, `${head('b')},"spec":${once}}`);
  expect(at(second.body, 'spec.securityContext')).toEqual({ runAsGroup: 2 });
});
