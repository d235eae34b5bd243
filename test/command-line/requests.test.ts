import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, type Credentials, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
let url: string;
let credentials: Credentials;
beforeAll(async () => {
  cli = await commandLine();
  ({ url } = await cli.start(['--journal-level', 'request']));
  credentials = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
});
afterAll(async () => {
  await cli.endAll();
  await cli[Symbol.asyncDispose]();
});

const MAPS = '/api/v1/namespaces/default/configmaps';

async function send(method: string, path: string, body?: object, type = 'application/json'): Promise<number> {
  const headers = { 'user-agent': 'operator/v1', 'content-type': type };
  const text = body ? JSON.stringify(body) : '';
  return (await ask(url + path, { method, headers, credentials, body: text })).status;
}

async function said(...args: string[]): Promise<readonly [code: number | null, text: string]> {
  const { code, stdout, stderr } = await cli.run(args);
  return [code, stdout + stderr];
}

it('fauxkube requests lists, waits, keeps a tape and plays it', async () => {
  await send('POST', MAPS, { metadata: { name: 'a' } });
  expect(await said('requests', '--name', 'a')).toEqual([
    0,
    expect.stringMatching(/^\S+Z 201 create configmaps default\/a kubernetes-admin operator\/v1\n$/),
  ]);
  const wait = ['requests', '--verb', 'create', '--since', '0', '--wait', '--timeout', '1s'];
  expect((await said(...wait, '--name', 'a', '-o', 'json'))[1]).toContain('"requestURI": "/api/v1/');
  expect(await said(...wait, '--name', 'b')).toEqual([1, expect.stringContaining('0 of 1 request with name "b"')]);
  const late = ['requests', '--verb', 'create', '--wait', '--timeout', '1', '--name'];
  expect(await said(...late, 'a')).toEqual([
    1,
    expect.stringMatching(/ in 1 s\n {2}#\d+ create .*\/a .*it came before/),
  ]);
  expect(await said(...late, 'b')).toEqual([1, expect.stringMatching(/ in 1 s\n {2}#\d+ .*name is "a", not "b"/)]);
  const [, tape] = await said('requests', 'tape');
  await writeFile(cli.file('tape'), tape);
  expect(await said('requests', 'replay', 'tape')).toEqual([
    1,
    expect.stringMatching(/^#\d+ POST \S+configmaps: 409 instead of 201: .*\n1 sent, 1 answered differently\n$/),
  ]);
  expect(await said('requests', 'level')).toEqual([0, 'request\n']);
  expect(await said('requests', 'level', 'all')).toEqual([2, expect.stringContaining('none, metadata, request')]);
  expect(await said('requests', '--verb', 'remove')).toEqual([1, expect.stringContaining('there is no verb "remove"')]);
  expect(await said(...wait, '--code', '4x')).toEqual([1, expect.stringContaining('did you mean 4xx?')]);
  expect(await said('requests', 'clear')).toEqual([0, '']);
  expect(await said('requests')).toEqual([0, '']);
});

it('fauxkube why tells of objects with a namespace and without', async () => {
  expect(await said('why', 'cm/a', '-n', 'default')).toEqual([0, expect.stringMatching(/^configmap\/a in default\n/)]);
  expect(await said('why', 'configmap/a')).toEqual([0, expect.stringMatching(/ created\n/)]);
  expect((await said('why', 'node/node01', '-o', 'json'))[1]).toContain('"kind": "Node"');
  expect(await said('why', 'configmap')).toEqual([2, expect.stringContaining('has to be KIND/NAME')]);
  expect(await said('why', 'cm/none')).toEqual([1, expect.stringContaining('configmaps "none" not found')]);
});

it('fauxkube lint ends with 1 for what shall not be', async () => {
  expect(await said('lint')).toEqual([0, 'no findings\n']);
  const labels = { metadata: { labels: { a: 'b' } } };
  for (let i = 0; i < 4; i++) await send('PATCH', `${MAPS}/a`, labels, 'application/merge-patch+json');
  expect(await said('lint')).toEqual([1, expect.stringMatching(/^warning no-op-write: configmaps default\/a\n/)]);
  expect((await said('lint', '--fail-on', 'hot-loop', '-o', 'json'))[0]).toBe(0);
  expect(await said('lint', '--fail-on', 'hotloop')).toEqual([2, expect.stringContaining('there is no "hotloop"')]);
});

it('fauxkube rbac prints what was used, from when it is told to record', async () => {
  await said('rbac', 'record');
  await send('GET', MAPS);
  const [code, yaml] = await said('rbac', 'print', '--user', 'kubernetes-admin');
  expect([code, yaml]).toEqual([0, expect.stringContaining('resources:\n  - configmaps\n  verbs:\n  - list\n')]);
  expect(await said('rbac', 'print', '--user', 'jane')).toEqual([1, expect.stringContaining('has asked for nothing')]);
  expect(await said('rbac', 'enforce')).toEqual([0, '']);
  expect(await said('rbac', 'release')).toEqual([0, '']);
  const earlier = cli.file('used.json');
  await writeFile(earlier, '{"identities":[{"user":"jane","rules":[]}],"complete":true}');
  expect(await said('rbac', 'enforce', earlier)).toEqual([0, 'jane\n']);
  await writeFile(earlier, 'kind: Role');
  expect(await said('rbac', 'enforce', earlier)).toEqual([1, expect.stringContaining('rbac print -o json')]);
  await said('rbac', 'release');
});
