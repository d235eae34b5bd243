import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

const PODS = `
apiVersion: v1
kind: Pod
metadata: {name: db, labels: {app: shop, kind: db}}
spec:
  containers:
  - {name: db, image: registry.example/db}
---
apiVersion: v1
kind: Pod
metadata: {name: two, labels: {app: shop}}
spec: {restartPolicy: Never, containers: [{name: a, image: registry.example/a}, {name: b, image: registry.example/b}]}
---
apiVersion: v1
kind: Pod
metadata: {name: stuck, labels: {app: stuck}, annotations: {fauxkube.dev/behaviour: pending}}
spec: {containers: [{name: c, image: registry.example/c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: homeless}
spec: {nodeName: elsewhere, containers: [{name: c, image: registry.example/c}]}
`;

describe('/-/pods', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop();
    await shop.apply(PODS);
    await shop.kubectl('wait', '--for=condition=Ready', 'pod/db', 'pod/two');
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  /** @returns the pods that it was done with */
  const say = async (verb: 'create' | 'replace', path: string, body: object): Promise<unknown> => {
    const printed = await shop.run([verb, '--raw', `/-/pods/${path}`, '-f', '-'], { input: JSON.stringify(body) });
    if (printed.code !== 0) throw new Error(printed.stderr);
    await shop.cluster.settle();
    return (JSON.parse(printed.stdout) as { pods: unknown }).pods;
  };
  const get = (pod: string, path: string): Promise<string> => shop.kubectl('get', 'pod', pod, `-ojsonpath=${path}`);

  it('appends lines to a log, at the time of the clock, also for who follows it', async () => {
    const follower = shop.follow('logs', '-f', 'db');
    await say('create', 'default/db/logs', { lines: ['ready for connections', 'disk is full'], stream: 'stderr' });
    expect(await follower.next()).toBe('ready for connections');
    follower.end();
    expect(await shop.kubectl('logs', 'db', '--timestamps')).toMatch(
      /^\d{4}-[\d:.T-]{24}Z ready.*\n.*Z disk is full\n$/,
    );
  });

  it('ends a container as its program would', async () => {
    expect(await say('create', 'default/two/exit', { code: 3, container: 'b' })).toEqual(['two']);
    expect(await get('two', '{.status.containerStatuses[1].state.terminated.exitCode}')).toBe('3');
    expect(await get('two', '{.status.containerStatuses[0].state.running.startedAt}')).not.toBe('');
  });

  it('turns readiness off and on', async () => {
    expect(await say('replace', 'default/ready?selector=app%3Dshop', { ready: false })).toEqual(['db', 'two']);
    expect(await get('db', '{.status.conditions[?(@.type=="Ready")].status}')).toBe('False');
    expect(JSON.parse(await shop.kubectl('get', '--raw', '/-/pods/default/db'))).toEqual({
      probes: { db: { ready: false } },
      commands: [],
    });
    await say('replace', 'default/ready?selector=app%3Dshop', { ready: true });
    expect(await get('db', '{.status.conditions[?(@.type=="Ready")].status}')).toBe('True');
  });

  it('says what commands answer, in scripts too', async () => {
    const commands = [
      { command: ['mysqladmin', 'ping', '**'], stdout: 'mysqld is alive\n' },
      { command: 'cat /etc/*', stderr: 'no\n', code: 4 },
    ];
    await say('replace', 'default/db/commands', { commands });
    expect(await shop.kubectl('exec', 'db', '--', 'mysqladmin', 'ping', '-h', 'db')).toBe('mysqld is alive\n');
    expect(await shop.kubectl('exec', 'db', '--', 'sh', '-c', 'mysqladmin ping && echo yes')).toBe(
      'mysqld is alive\nyes\n',
    );
    const { stdout, stderr, code } = await shop.fails('exec', 'db', '--', 'cat', '/etc/hosts');
    expect({ stdout, stderr, code }).toEqual({
      stdout: '',
      stderr: 'no\ncommand terminated with exit code 4\n',
      code: 4,
    });
    await say('replace', 'default/db/commands', { commands: [] });
    expect(await shop.kubectl('exec', 'db', '--', 'cat', '/etc/hosts')).toContain('localhost');
  });
});
