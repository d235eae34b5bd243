import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
let url: string;
beforeAll(async () => {
  cli = await commandLine();
  writeFileSync(cli.file('map.yaml'), '{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}');
  const livenessProbe = { exec: { command: ['true'] } };
  const pod = { metadata: { name: 'p' }, spec: { containers: [{ name: 'c', image: 'i', livenessProbe }] } };
  writeFileSync(cli.file('pod.json'), JSON.stringify({ apiVersion: 'v1', kind: 'Pod', ...pod }));
  url = (await cli.start(['--journal-level=request', '--fixtures=map.yaml,pod.json'])).url;
});
afterAll(() => cli[Symbol.asyncDispose]());

/** What each command prints, in this order: with the arguments that it needs, and some of the fields. */
const COMMANDS: readonly (readonly [command: string, args: readonly string[], fields: object])[] = [
  ['version', [], { node: process.version }],
  ['wait', ['--kubeconfig=.fauxkube/kubeconfig'], { ready: true }],
  ['settle', [], { status: 'Success' }],
  ['ui', [], { url: expect.stringContaining('/-/ui/') }],
  ['kubeconfig', ['--user=jane', '--group=dev'], { user: 'jane', groups: ['dev'], file: expect.any(String) }],
  ['fixtures check', ['map.yaml'], { objects: 1, problems: [] }],
  ['controllers list', [], { controllers: expect.arrayContaining([expect.objectContaining({ enabled: true })]) }],
  ['controllers disable', ['job', 'cronjob'], { controllers: [{ enabled: false }, { enabled: false }] }],
  ['controllers enable', ['job', '--namespace=a'], { controllers: [{ namespaces: { a: true } }] }],
  ['controllers unset', ['job', '--namespace=a'], { controllers: [{ name: 'job-controller' }] }],
  ['clusters create', ['ci'], { name: 'ci', kubeconfig: expect.stringContaining('/clusters/ci') }],
  ['clusters list', [], { clusters: [{ name: 'ci' }] }],
  ['clusters kubeconfig', ['ci'], { name: 'ci', kubeconfig: expect.any(String) }],
  ['clusters delete', ['ci'], { deleted: ['ci'] }],
  ['faults add', ['{"match": {"resource": "secrets"}, "code": 503}'], { faults: [{ state: 'active' }] }],
  ['faults list', [], { faults: [{ fired: 0 }] }],
  ['faults remove', ['fault-1'], { faults: [{ id: 'fault-1' }] }],
  ['faults clear', [], { status: 'Success' }],
  ['pods log', ['p', 'line'], { pods: ['p'] }],
  ['pods ready', ['p', 'off'], { pods: ['p'] }],
  ['pods live', ['p', 'on'], { pods: ['p'] }],
  ['pods exit', ['p', '--code=1'], { pods: ['p'] }],
  ['requests', ['--resource=pods'], { items: expect.any(Array) }],
  ['requests tape', [], expect.any(Array)],
  ['requests replay', ['tape'], { replayed: 0, differences: [] }],
  ['requests level', [], { level: 'request' }],
  ['requests clear', [], { status: 'Success' }],
  ['why', ['pod/p'], { kind: 'Pod', name: 'p' }],
  ['lint', ['--fail-on=none'], { findings: expect.any(Array) }],
  ['rbac print', [], { identities: expect.any(Array) }],
  ['rbac enforce', [], { identities: expect.any(Array) }],
  ['rbac release', [], { status: 'Success' }],
  ['rbac record', [], { status: 'Success' }],
  ['savepoint save', ['s'], { name: 's' }],
  ['savepoint list', [], { savepoints: [{ name: 's' }] }],
  ['savepoint diff', ['s'], { changed: expect.any(Array) }],
  ['savepoint export', ['s'], { items: [{ kind: 'ConfigMap' }, { kind: 'Pod' }] }],
  ['savepoint restore', ['s'], { name: 's' }],
  ['savepoint delete', ['s'], { status: 'Success' }],
  ['snapshot save', ['file'], { file: 'file' }],
  ['snapshot restore', ['file'], { status: 'Success' }],
  ['clock show', [], { frozen: false }],
  ['clock freeze', [], { frozen: true }],
  ['clock set', ['2026-01-01T00:00:00Z'], { now: '2026-01-01T00:00:00.000Z' }],
  ['clock advance', ['1h'], { now: '2026-01-01T01:00:00.000Z' }],
  ['clock next', [], { frozen: true }],
  ['clock speed', ['2'], { speed: 2 }],
  ['clock resume', [], { frozen: false }],
];

/** `start` and `controllers` run until they are told to end; a shell reads what `completion` prints. */
const WITHOUT = ['start', 'controllers', 'completion'];
/** Commands that only hold others. */
const GROUPS = ['', 'clock', 'clusters', 'faults', 'fixtures', 'pods', 'rbac', 'savepoint', 'snapshot'];
/** Its `--output` is the file. */
const FLAGS: Readonly<Record<string, string>> = { kubeconfig: '--format' };

it('there is no other command', async () => {
  const { stdout } = await cli.run(['completion', 'bash']);
  const known = [...stdout.matchAll(/^ {4}'([a-z ]*)'\) /gm)].map(([, path = '']) => path);
  const expected = [...COMMANDS.map(([command]) => command), ...WITHOUT, ...GROUPS];
  expect([...new Set(known)].sort()).toEqual(expected.sort());
});

it.each(COMMANDS)('fauxkube %s %j prints JSON', async (command, args, fields) => {
  writeFileSync(cli.file('tape'), '');
  const { code, stdout, stderr } = await cli.run([...command.split(' '), ...args, FLAGS[command] ?? '-o', 'json']);
  expect([code, stderr]).toEqual([0, '']);
  const value = JSON.parse(stdout) as object;
  expect({ value }).toMatchObject({ value: fields });
});

it('flags that a command has as well are those of its own command', async () => {
  const { code, stdout } = await cli.run(['requests', 'tape', '--resource=pods', '--name=nobody']);
  expect([code, stdout]).toEqual([0, '']);
  const elsewhere = await cli.run(['controllers', 'list', '--kubeconfig=nowhere']);
  expect([elsewhere.code, elsewhere.stderr]).toEqual([1, expect.stringContaining('nowhere')]);
});

it('wait says in JSON, too, that a server is not ready', async () => {
  const { code, stdout } = await cli.run(['wait', '--url', `${url}/nowhere`, '--timeout=0', '--output=json']);
  expect([code, JSON.parse(stdout)]).toEqual([1, { ready: false, url: `${url}/nowhere` }]);
});

it('what fails is told on standard error, in words', async () => {
  const { code, stdout, stderr } = await cli.run(['savepoint', 'restore', 'nope', '--output=json']);
  expect([code, stdout, stderr]).toEqual([1, '', expect.stringContaining('fauxkube: ')]);
});
