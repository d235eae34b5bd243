import { createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ask, readKubeconfigFile } from '../support/ask.ts';
import { type CommandLine, commandLine } from '../support/command-line.ts';

let cli: CommandLine;
beforeAll(async () => {
  cli = await commandLine();
});
afterAll(() => cli[Symbol.asyncDispose]());

/** A port that is free for a while: objects tell where the API is. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

const template = (app: string, image = 'nginx'): object => ({
  metadata: { labels: { app } },
  spec: { containers: [{ name: 'main', image }] },
});
const workload = (app: string, replicas: number): object => ({
  metadata: { name: app },
  spec: { replicas, selector: { matchLabels: { app } }, template: template(app) },
});
const APPS = '/apis/apps/v1/namespaces/shop';
const CORE = '/api/v1/namespaces/shop';
const BATCH = '/apis/batch/v1/namespaces/shop';
const tick = {
  containers: [{ name: 'main', image: 'busybox', command: ['sh', '-c', 'sleep 1; echo $RANDOM'] }],
  restartPolicy: 'Never',
};

/** One after the other, each when the last has come to rest. */
const STEPS: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['POST', '/api/v1/namespaces', { metadata: { name: 'shop' } }],
  [
    'POST',
    `${CORE}/services`,
    { metadata: { name: 'web' }, spec: { selector: { app: 'web' }, ports: [{ port: 80 }] } },
  ],
  ['POST', `${APPS}/deployments`, workload('web', 4)],
  ['POST', `${APPS}/daemonsets`, { ...workload('agent', 0) }],
  ['POST', `${APPS}/statefulsets`, workload('db', 2)],
  ['POST', `${CORE}/secrets`, { metadata: { generateName: 'key-' }, stringData: { a: 'b' } }],
  [
    'POST',
    `${BATCH}/cronjobs`,
    {
      metadata: { name: 'tick' },
      spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: tick } } } },
    },
  ],
  ['POST', '/-/clock', { advance: '3m' }],
  ['PATCH', `${APPS}/deployments/web`, { spec: { replicas: 6, template: template('web', 'nginx:2') } }],
  ['POST', '/-/clock', { advance: '90s' }],
  ['DELETE', `${APPS}/statefulsets/db`],
  ['POST', '/-/clock', { next: true }],
  ['DELETE', '/api/v1/namespaces/shop'],
  ['POST', '/-/clock', { advance: '1h' }],
  ['POST', '/api/v1/namespaces', { metadata: { name: 'shop' } }],
  ['POST', `${APPS}/deployments`, workload('web', 2)],
  ['POST', '/-/clock', { advance: '1m' }],
];

/** Starts a server, lives the steps, and ends it. @returns a snapshot after each */
async function live(args: readonly string[]): Promise<string[]> {
  const { url, process } = await cli.start(args);
  const credentials = await readKubeconfigFile(cli.file('.fauxkube/kubeconfig'));
  const send = async (method: string, path: string, body?: object): Promise<string> => {
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
    const headers = { 'content-type': type };
    const { status, text } = await ask(url + path, {
      method,
      headers,
      credentials,
      ...(body && { body: JSON.stringify(body) }),
    });
    if (status >= 400) throw new Error(`${method} ${path}: ${text}`);
    return text;
  };
  await send('POST', '/-/clock', { freeze: true });
  const snapshots: string[] = [];
  for (const [method, path, body] of STEPS) {
    await send(method, path, body);
    await send('POST', '/-/settle');
    snapshots.push(await send('GET', '/-/snapshot'));
  }
  process.kill('SIGTERM');
  await process.ended;
  return snapshots;
}

it('one seed and a clock that stands still give the same bytes twice', async () => {
  const args = [`--port=${await freePort()}`, '--freeze-clock=2026-01-01T00:00:00Z'];
  const first = await live([...args, '--seed=7']);
  const second = await live([...args, '--seed=7']);
  expect(second.length).toBe(STEPS.length);
  // The step is named after which they differ, and then what differs.
  const differs = second.findIndex((snapshot, step) => snapshot !== first[step]);
  expect(STEPS[differs]).toBeUndefined();
  expect(second).toEqual(first);
  const all = first.join('');
  for (const kind of ['CronJob', 'Job', 'StatefulSet', 'EndpointSlice', 'Event', 'Secret'])
    expect(all).toContain(`"kind":"${kind}"`);
  expect(all).toContain('"creationTimestamp":"2026-01-01T00:00:00Z"');
  expect((await live([...args, '--seed=8']))[2]).not.toBe(first[2]);
}, 60_000);
