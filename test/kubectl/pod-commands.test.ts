import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { everyKubectl, openShop, type Shop } from '../support/kubectl.ts';

/** SPDY, SPDY for cp only, and WebSocket. */
const versions = everyKubectl().filter((path) => !/1\.(28|29|30|31)$/.test(path));
const names = versions.map((path) => path.split('/').at(-1) ?? '');
const LOOP = 'i=0; while true; do echo line $i; i=$((i+1)); sleep 0.1; done';

describe.each(names)('%s', (name) => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await openShop({}, versions[names.indexOf(name)]);
    await shop.kubectl('run', 'loop', '--image=busybox', '--', 'sh', '-c', LOOP);
    await shop.kubectl('wait', '--for=condition=Ready', 'pod/loop');
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const phase = (pod: string): Promise<string> => shop.kubectl('get', 'pod', pod, '-ojsonpath={.status.phase}');

  it('runs a command to its end, and shows what it wrote', async () => {
    await shop.kubectl('run', 't', '--image=busybox', '--restart=Never', '--', 'sh', '-c', 'echo hi; exit 3');
    await shop.kubectl('wait', '--for=jsonpath={.status.phase}=Failed', 'pod/t', '--timeout=10s');
    expect(await shop.kubectl('logs', 't')).toBe('hi\n');
    expect(await shop.kubectl('logs', 't', '--timestamps')).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z hi\n$/);
  });

  it('executes in the container: input, both outputs, exit code', async () => {
    const command = ['sh', '-c', 'cat; echo bad >&2; hostname; exit 4'];
    const { stdout, stderr, code } = await shop.run(['exec', '-i', 'loop', '--', ...command], { input: 'typed\n' });
    expect({ stdout, code }).toEqual({ stdout: 'typed\nloop\n', code: 4 });
    expect(stderr).toBe('bad\ncommand terminated with exit code 4\n');
  });

  it('sees the processes of the container', async () => {
    expect(await shop.kubectl('exec', 'loop', '--', 'ps')).toContain(`1 root       0:00 sh -c ${LOOP}`);
  });

  it('says that a command is not there, in the words of the container runtime', async () => {
    const { stderr } = await shop.fails('exec', 'loop', '--', 'fly');
    expect(stderr.replace(/[0-9a-f]{64}/, 'ID')).toContain(
      'error executing command in container: failed to exec in container: failed to start exec "ID": ' +
        'OCI runtime exec failed: exec failed: unable to start container process: ' +
        'exec: "fly": executable file not found in $PATH: unknown',
    );
  });

  it('says how to script a command that the real image may have', async () => {
    await shop.kubectl('run', 'db', '--image=registry.example/db');
    await shop.kubectl('wait', 'pod/db', '--for=condition=ready');
    const { stderr } = await shop.fails('exec', 'db', '--', 'mysqladmin', 'ping');
    expect(stderr).toContain('exec: "mysqladmin": executable file not found in $PATH: unknown (fauxkube has no such');
    expect(stderr).toContain('fauxkube.dev/commands');
    await shop.kubectl('delete', 'pod', 'db', '--now');
  });

  it('copies files both ways', async () => {
    await writeFile(shop.file('a.txt'), 'a file\n');
    await shop.kubectl('cp', shop.file('a.txt'), 'loop:/b.txt');
    expect(await shop.kubectl('exec', 'loop', '--', 'cat', '/b.txt')).toBe('a file\n');
    await shop.kubectl('cp', 'loop:/b.txt', shop.file('c.txt'));
    expect(await readFile(shop.file('c.txt'), 'utf8')).toBe('a file\n');
  });

  it.each([
    ['logs', '-f', '--tail=1', 'loop'],
    ['attach', 'loop'],
  ])('%s shows what comes', async (...args) => {
    const { PATH = '' } = process.env;
    const command = versions[names.indexOf(name)] ?? 'kubectl';
    const child = spawn(command, args, { env: { PATH, HOME: shop.folder, KUBECONFIG: shop.file('kubeconfig') } });
    let text = '';
    child.stdout.setEncoding('utf8');
    for await (const chunk of child.stdout) {
      text += chunk as string;
      if (text.split('\n').length > 3) break;
    }
    child.kill();
    await once(child, 'close');
    const lines = [...text.matchAll(/line (\d+)\n/g)].map(([, number]) => Number(number));
    expect(lines).toEqual(lines.map((_, index) => (lines[0] ?? 0) + index));
  });

  it('runs a pod to talk to, and removes it', async () => {
    const args = ['run', '-i', '--rm', 'talk', '--image=busybox', '--restart=Never', '--', 'sh'];
    const { stdout } = await shop.run(args, { input: 'echo $((6*7)); hostname; exit\n' });
    expect(stdout).toContain('42\ntalk\n');
    expect((await shop.fails('get', 'pod', 'talk')).stderr).toContain('not found');
  });

  it('gives back the exit code of what it ran', async () => {
    const args = [
      'run',
      '-i',
      '--rm',
      'ends',
      '--image=busybox',
      '--restart=Never',
      '--',
      'sh',
      '-c',
      'read x; exit $x',
    ];
    expect(await shop.run(args, { input: '9\n' })).toMatchObject({ code: 9 });
  });

  it('tells a process to end, and follows its log until then', async () => {
    const script = 'trap "echo bye; exit 0" TERM; echo up; while true; do sleep 0.05; done';
    await shop.kubectl('run', 'trap', '--image=busybox', '--restart=Never', '--', 'sh', '-c', script);
    await shop.kubectl('wait', '--for=condition=Ready', 'pod/trap');
    const followed = shop.kubectl('logs', '-f', 'trap');
    await expect.poll(() => shop.kubectl('logs', 'trap')).toBe('up\n');
    await shop.kubectl('delete', 'pod', 'trap');
    expect(await followed).toBe('up\nbye\n');
  });

  it('runs a command in a container to debug with', async () => {
    await shop.kubectl('debug', 'loop', '-c', 'look', '--image=busybox', '--', 'sh', '-c', 'echo looking; exit 2');
    const path = '-ojsonpath={.status.ephemeralContainerStatuses[0].state.terminated.exitCode}';
    await expect.poll(() => shop.kubectl('get', 'pod', 'loop', path)).toBe('2');
    expect(await shop.kubectl('logs', 'loop', '-c', 'look')).toBe('looking\n');
    expect(await phase('loop')).toBe('Running');
  });

  it('executes beside a web server', async () => {
    await shop.kubectl('run', 'web', '--image=nginx');
    await shop.kubectl('wait', '--for=condition=Ready', 'pod/web');
    expect(await shop.kubectl('exec', 'web', '--', 'sh', '-c', 'curl -s localhost | grep -c Welcome')).toBe('2\n');
    expect(await shop.kubectl('exec', 'web', '--', 'ps')).toContain('1 root       0:00 nginx -g daemon off;\n');
  });
});
