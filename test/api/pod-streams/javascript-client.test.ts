import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { PassThrough } from 'node:stream';
import { Exec, KubeConfig, Log, PortForward, type V1Status } from '@kubernetes/client-node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { duplexPair } from '../../../server/base/duplex-pair.ts';
import { podOfPrograms } from '../../contract/sessions/programs.ts';
import { type ScriptedPods, scriptedPods } from '../../support/scripted-pods.ts';

let pods: ScriptedPods;
const config = new KubeConfig();
beforeAll(async () => {
  pods = await scriptedPods();
  await pods.run('web', {
    ...podOfPrograms({ pouredBytes: 0, hangUps: 0, sizes: [] }),
    async dial() {
      const [near, far] = duplexPair();
      far.pipe(far);
      return near;
    },
    async *logs(container) {
      yield Buffer.from(`written by ${container}\n`);
    },
  });
  config.loadFromFile(pods.kubeconfig);
});
afterAll(() => pods[Symbol.asyncDispose]());

/** Everything that comes out of a stream. */
async function textOf(stream: PassThrough): Promise<string> {
  let text = '';
  for await (const chunk of stream) text += String(chunk);
  return text;
}

async function exec(command: string[], stdin: PassThrough | null = null): Promise<[string, V1Status]> {
  const stdout = new PassThrough();
  const status = new Promise<V1Status>((resolve, reject) => {
    const socket = new Exec(config).exec('default', 'web', 'main', command, stdout, null, stdin, false, resolve);
    socket.then((opened) => opened.on('close', () => stdout.end()), reject);
  });
  return [await textOf(stdout), await status];
}

it('exec brings output and exit code', async () => {
  expect(await exec(['echo', 'hello'])).toMatchObject(['hello', { status: 'Success' }]);
  const exitCode = { reason: 'NonZeroExitCode', details: { causes: [{ reason: 'ExitCode', message: '3' }] } };
  expect(await exec(['fail', '3'])).toMatchObject(['out', exitCode]);
});

it('exec brings the input, and its end', async () => {
  const stdin = new PassThrough();
  stdin.end('from the client');
  expect(await exec(['cat'], stdin)).toMatchObject(['from the client', { status: 'Success' }]);
});

it('logs come', async () => {
  const stream = new PassThrough();
  await new Log(config).log('default', 'web', 'main', stream);
  expect(await textOf(stream)).toBe('written by main\n');
});

it('ports are forwarded', async () => {
  const forward = new PortForward(config);
  const server = createServer((socket) => void forward.portForward('default', 'web', [7], socket, null, socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.write('there and back');
  expect(String((await once(socket, 'data'))[0])).toBe('there and back');
  socket.destroy();
  server.close();
  await once(server, 'close');
});
