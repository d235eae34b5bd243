import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { duplexPair } from '../../server/base/duplex-pair.ts';
import type { RunningPod } from '../../server/kube/node-connector.ts';
import { podOfPrograms } from '../contract/sessions/programs.ts';
import { everyKubectl, type Printed } from '../support/kubectl.ts';
import { type ScriptedPods, scriptedPods } from '../support/scripted-pods.ts';

const ECHO_PORT = 7;
const http = createServer((request, response) => response.end(`${request.url} of the pod\n`));
const noticed = { pouredBytes: 0, hangUps: 0, sizes: [] };
let logsLeft = 0;

const pod: RunningPod = {
  ...podOfPrograms(noticed),
  async dial(port) {
    if (port !== 80 && port !== ECHO_PORT) throw new Error('connect: connection refused');
    const [near, far] = duplexPair();
    if (port === 80) http.emit('connection', far);
    else far.pipe(far);
    return near;
  },
  async *logs(container, { follow, tailLines, signal }) {
    yield Buffer.from(`${container} ${tailLines ?? 'all'}\n`);
    if (!follow) return;
    await once(signal, 'abort');
    logsLeft++;
  },
};

let pods: ScriptedPods;
beforeAll(async () => {
  pods = await scriptedPods();
  await pods.run('web', pod);
});
afterAll(() => pods[Symbol.asyncDispose]());

/** The oldest, the newest, and one between: SPDY, SPDY in a WebSocket, and WebSocket. */
const versions = everyKubectl().filter((path) => !/1\.(28|29|30|31)$/.test(path));
const names = versions.map((path) => path.split('/').at(-1) ?? '');

describe.each(names)('%s', (name) => {
  const command = versions[names.indexOf(name)] ?? 'kubectl';
  const start = (...args: string[]): ReturnType<typeof spawn> => {
    const { PATH = '' } = process.env;
    return spawn(command, args, { env: { PATH, HOME: pods.folder, KUBECONFIG: pods.kubeconfig } });
  };

  async function kubectl(args: readonly string[], input = ''): Promise<Printed> {
    const child = start(...args);
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (text: Buffer) => {
      stdout += text.toString();
    });
    child.stderr?.on('data', (text: Buffer) => {
      stderr += text.toString();
    });
    child.stdin?.end(input);
    const [code] = (await once(child, 'close')) as [number];
    return { stdout, stderr, code };
  }

  it('exec brings both outputs and the exit code', async () => {
    expect(await kubectl(['exec', 'web', '--', 'echo', 'hello'])).toEqual({ stdout: 'hello', stderr: '', code: 0 });
    const failed = await kubectl(['exec', 'web', '--', 'fail', '7']);
    expect(failed).toEqual({ stdout: 'out', stderr: 'errcommand terminated with exit code 7\n', code: 7 });
  });

  it('exec -i brings the input, and its end', async () => {
    const input = 'line\n'.repeat(50_000);
    expect((await kubectl(['exec', '-i', 'web', '--', 'cat'], input)).stdout).toBe(input);
  });

  it('exec says what cannot be done', async () => {
    const missing = await kubectl(['exec', 'web', '-c', 'other', '--', 'ls']);
    expect(missing).toMatchObject({
      stderr: expect.stringContaining('container other is not valid') as string,
      code: 1,
    });
    const unknown = await kubectl(['exec', 'web', '--', 'fly']);
    expect(unknown).toMatchObject({ stderr: expect.stringContaining('nobody simulates fly') as string, code: 1 });
  });

  it('logs come, and those that are followed end with kubectl', async () => {
    expect((await kubectl(['logs', 'web', '--tail=5'])).stdout).toBe('main 5\n');
    const before = logsLeft;
    const child = start('logs', '-f', 'web');
    await once(child.stdout as NodeJS.ReadableStream, 'data');
    child.kill();
    await vi.waitFor(() => expect(logsLeft).toBe(before + 1));
  });

  async function forwarded(port: number, use: (local: number) => Promise<void>): Promise<string> {
    const child = start('port-forward', 'web', `:${port}`);
    let printed = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (text: Buffer) => {
        printed += text.toString();
      });
    const closed = once(child, 'close');
    await vi.waitFor(() => expect(printed).toMatch(/127\.0\.0\.1:\d+/), { timeout: 15_000 });
    await use(Number(/127\.0\.0\.1:(\d+)/.exec(printed)?.[1]));
    child.kill();
    await closed;
    return printed;
  }

  it('port-forward serves many connections', async () => {
    await forwarded(80, async (local) => {
      const pages = await Promise.all(
        Array.from({ length: 10 }, async (_, i) => (await fetch(`http://127.0.0.1:${local}/${i}`)).text()),
      );
      expect(pages).toEqual(Array.from({ length: 10 }, (_, i) => `/${i} of the pod\n`));
    });
  });

  it('port-forward lets a client end its half', async () => {
    await forwarded(ECHO_PORT, async (local) => {
      const socket: Duplex = connect({ port: local, host: '127.0.0.1', allowHalfOpen: true });
      let text = '';
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString();
      });
      socket.end('last words');
      await once(socket, 'end');
      expect(text).toBe('last words');
    });
  });

  it('port-forward says why a port cannot be reached', async () => {
    const printed = await forwarded(1234, async (local) => {
      await fetch(`http://127.0.0.1:${local}/`).catch(() => undefined);
    });
    expect(printed).toMatch(/error forwarding port 1234 to pod [-0-9a-f]+, uid : connect: connection refused/);
  });
});
