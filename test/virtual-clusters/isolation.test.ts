import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../support/ask.ts';
import { type Host, host, MAPS, map, messageOf, namesIn, type Virtual } from './support.ts';

let main: Host;
let a: Virtual;
let b: Virtual;
beforeAll(async () => {
  main = await host();
  [a, b] = [await main.make({ name: 'a' }), await main.make({ name: 'b' })];
});
afterAll(() => main[Symbol.asyncDispose]());

test('objects of one cluster are in no other', async () => {
  expect((await a.ask('POST', MAPS, map('only-a'))).status).toBe(201);
  expect(namesIn(await a.ask('GET', MAPS))).toContain('only-a');
  expect(namesIn(await b.ask('GET', MAPS))).not.toContain('only-a');
  expect(namesIn(await main.admin('GET', MAPS))).not.toContain('only-a');
});

test('revisions of one cluster are not those of another', async () => {
  const revision = async (): Promise<string> => {
    const { text } = await b.ask('GET', MAPS);
    return (JSON.parse(text) as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  };
  await revision();
  await b.ask('POST', '/-/reset');
  const before = await revision();
  for (let i = 0; i < 5; i++) await a.ask('POST', MAPS, map(`more-${i}`));
  expect(await revision()).toBe(before);
});

test('an administrator of one cluster is nobody in another, nor in the main one', async () => {
  const strange = await ask(`${b.url}${MAPS}`, { credentials: a.credentials });
  expect(strange.status).toBe(401);
  const { status } = await ask(`${b.url}${MAPS}`, { credentials: { ...a.credentials } });
  expect(status).toBe(401);
  const other = await ask(`${main.cluster.url}/clusters/b/-/controllers`, { credentials: a.credentials });
  expect(other.status).toBe(401);
});

test('nor is that of the main cluster anybody in a virtual one', async () => {
  expect((await main.admin('GET', `/clusters/a${MAPS}`)).status).toBe(401);
});

test('whom the cluster signs a certificate for is a user of that cluster only', async () => {
  await using fork = await main.cluster.fork({ name: 'signed' });
  const { readKubeconfig } = await import('../support/ask.ts');
  const jane = readKubeconfig(fork.kubeconfig({ user: 'jane', groups: ['dev'] }));
  const answer = await ask(`${fork.url}${MAPS}`, { credentials: jane });
  expect(answer.status).toBe(403);
  expect(messageOf(answer)).toContain('User "jane" cannot list resource "configmaps"');
  expect((await ask(`${a.url}${MAPS}`, { credentials: jane })).status).toBe(401);
});

test('each has a uid of its own, by which tools tell clusters apart', async () => {
  const uid = async (virtual: Virtual): Promise<string> => {
    const { text } = await virtual.ask('GET', '/api/v1/namespaces/kube-system');
    return (JSON.parse(text) as { metadata: { uid: string } }).metadata.uid;
  };
  expect(await uid(a)).not.toBe(await uid(b));
});

test('switches of controllers are its own', async () => {
  const put = await a.ask('PUT', '/-/controllers/deployment', { enabled: false });
  expect(JSON.parse(put.text)).toMatchObject({ name: 'deployment-controller', enabled: false });
  const { controllers } = JSON.parse((await b.ask('GET', '/-/controllers')).text) as {
    controllers: { name: string; enabled: boolean }[];
  };
  expect(controllers.find(({ name }) => name === 'deployment-controller')?.enabled).toBe(true);
});
