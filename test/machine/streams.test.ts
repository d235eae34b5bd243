import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { newMachine, runCommand, startLive } from '../shell/simulated.ts';

test('output arrives while the program runs', async () => {
  const live = await startLive(newMachine(), ['sh', '-c', 'echo first; read line; echo "got $line"']);
  await live.until('first\n');
  live.stdin.write('hello\n');
  expect(await live.process.exitCode).toBe(0);
  expect(live.text()).toBe('first\ngot hello\n');
});

test('lines pass through a pipeline one by one', async () => {
  const live = await startLive(newMachine(), ['sh', '-c', 'sed s/a/b/ | grep b | tr b c']);
  live.stdin.write('a1\n');
  await live.until('c1\n');
  live.stdin.write('x\na2\n');
  await live.until('c2\n');
  live.stdin.end();
  expect(await live.process.exitCode).toBe(0);
  expect(live.text()).toBe('c1\nc2\n');
});

test('a program waits for whoever reads its output', async () => {
  const stdout = new PassThrough({ highWaterMark: 1000 });
  const machine = newMachine();
  const process = await machine.start(['sh', '-c', 'seq 100000; echo end >&2'], { stdout });
  await machine.processes.get(1)?.sleep(20);
  expect(stdout.readableLength).toBeLessThan(200_000);
  let bytes = 0;
  stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
  });
  expect(await process.exitCode).toBe(0);
  expect(bytes).toBe(588_895);
});

test('a shell reads commands from standard input and leaves the rest to them', async () => {
  const stdin = new PassThrough();
  stdin.end('echo one\nread line\nthis is data\necho "two $line"\ncat\nall the rest\n');
  const { stdout } = await runCommand(newMachine(), ['sh'], { stdin });
  expect(stdout).toBe('one\ntwo this is data\nall the rest\n');
});

test('bytes that are no text pass unharmed', async () => {
  const stdin = new PassThrough();
  const bytes = Buffer.from(Array.from({ length: 1024 }, (_, i) => i & 255));
  stdin.end(bytes);
  const { stdout } = await runCommand(newMachine(), ['sh', '-c', 'cat > f; cat f | tee g | cat'], { stdin });
  expect(Buffer.from(stdout, 'latin1').equals(bytes)).toBe(true);
});

test('a background program that outlives its shell does not hold the end up', async () => {
  const live = await startLive(newMachine(), ['sleep', '100']);
  const machine = newMachine();
  await machine.start(['sleep', '100'], {});
  const { exitCode, stdout } = await runCommand(machine, ['sh', '-c', 'sleep 100 & echo done']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'done\n' });
  live.process.signal('KILL');
  machine.stop();
});

test('who hangs up ends what writes to nobody', async () => {
  const machine = newMachine();
  await machine.start(['sleep', '100'], {});
  const live = await startLive(machine, ['yes']);
  await live.until('y\n');
  live.process.hangUp();
  expect(await live.process.exitCode).toBe(141);
});
