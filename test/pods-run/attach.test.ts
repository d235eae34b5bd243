import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { ContainerLog } from '../../controllers/kubelet/runtime/container/container-log.ts';
import { ContainerStreams } from '../../controllers/kubelet/runtime/container/container-streams.ts';
import { newMachine } from '../shell/simulated.ts';

/** A container that runs a command, to which somebody can attach. */
async function attachable(command: readonly string[], spec: { stdin?: boolean; stdinOnce?: boolean; tty?: boolean }) {
  const machine = newMachine();
  const log = new ContainerLog(machine.clock, 1000);
  const streams = new ContainerStreams({ name: 'c', resources: {}, ...spec }, log);
  const main = await machine.start(command, streams.streams);
  void main.exitCode.then(() => {
    log.close();
    streams.close();
  });
  const signal = new AbortController().signal;
  const logged = (): Promise<string> => text(log.read({ follow: true, timestamps: false, signal }));
  return { machine, main, streams, logged };
}

test('with stdinOnce the input ends with that of the first who attaches', async () => {
  const { main, streams, logged } = await attachable(['cat'], { stdin: true, stdinOnce: true });
  const [stdin, stdout] = [new PassThrough(), new PassThrough()];
  const { over } = streams.attach({ stdin, stdout });
  stdin.end('typed\n');
  await over;
  stdout.end();
  expect(await text(stdout)).toBe('typed\n');
  expect(await main.exitCode).toBe(0);
  expect(await logged()).toBe('typed\n');
});

test('without it others may come after the first, who loses the outputs with the input', async () => {
  const { main, streams } = await attachable(['head', '-n', '2'], { stdin: true });
  const stdin = new PassThrough();
  const first = streams.attach({ stdin });
  stdin.end('1\n');
  await first.over;
  expect(main.pid).toBe(1);
  const [again, stdout] = [new PassThrough(), new PassThrough()];
  const second = streams.attach({ stdin: again, stdout });
  again.write('2\n');
  await second.over;
  stdout.end();
  expect(await text(stdout)).toContain('2\n');
  expect(await main.exitCode).toBe(0);
});

test('whoever attaches sees what comes from then on, and everybody sees the same', async () => {
  const { streams, logged } = await attachable(['sh', '-c', 'echo before; read x; echo $x'], { stdin: true });
  const input = new PassThrough();
  const outputs = [new PassThrough(), new PassThrough()];
  const both = outputs.map((stdout) => streams.attach({ stdout }));
  const typist = streams.attach({ stdin: input });
  input.write('after\n');
  await Promise.all([...both, typist].map(({ over }) => over));
  for (const output of outputs) output.end();
  for (const output of outputs) expect(await text(output)).toMatch(/after\n$/);
  expect(await logged()).toBe('before\nafter\n');
});

test('a client that does not read makes the program wait, until it goes', async () => {
  const { main, streams, logged } = await attachable(['seq', '1', '20000'], {});
  const stdout = new PassThrough({ highWaterMark: 1 });
  const { detach } = streams.attach({ stdout });
  await once(stdout, 'readable');
  detach();
  stdout.destroy();
  expect(await main.exitCode).toBe(0);
  expect(await logged()).toMatch(/20000\n$/);
});

test('with a terminal the log has the line ends of a terminal', async () => {
  const { main, logged } = await attachable(['sh', '-c', 'tty; echo 2 >&2'], { stdin: true, tty: true });
  await main.exitCode;
  expect(await logged()).toMatch(/^\/dev\/pts\/0\r\n2\r\n$/);
});
