import { expect, test } from 'vitest';
import { type LiveProcess, newMachine, startLive } from '../shell/simulated.ts';

/** A shell that waits for what somebody types. */
async function shell(): Promise<LiveProcess> {
  const live = await startLive(newMachine(), ['sh'], { terminal: true });
  await live.until('/w # ');
  return live;
}

test('a shell at a terminal prompts, echoes and ends at ^D', async () => {
  const live = await shell();
  live.stdin.write('echo hi\r');
  await live.until('echo hi\r\nhi\r\n/w # ');
  live.stdin.write('cd /etc; exit 3\r');
  expect(await live.process.exitCode).toBe(3);
});

test('^D at the beginning of a line ends the shell with the last status', async () => {
  const live = await shell();
  live.stdin.write('false\r');
  await live.until('false\r\n/w # ');
  live.stdin.write('\x04');
  expect(await live.process.exitCode).toBe(1);
});

test('a command that is not whole is asked for with another prompt', async () => {
  const live = await shell();
  live.stdin.write('for i in 1 2\r');
  await live.until('\r\n> ');
  live.stdin.write('do echo "<$i>"\rdone\r');
  await live.until('<1>\r\n<2>\r\n/w # ');
  live.stdin.write('exit\r');
  expect(await live.process.exitCode).toBe(0);
});

test('a line can be corrected before it is handed over', async () => {
  const live = await shell();
  live.stdin.write('echo hx\x7fi there\x17you\r');
  await live.until('hi you\r\n');
  live.stdin.write('rubbish\x15exit\r');
  expect(await live.process.exitCode).toBe(0);
});

test('^C ends what runs, and the shell goes on', async () => {
  const live = await shell();
  live.stdin.write('sleep 1000\r');
  await live.until('sleep 1000\r\n');
  live.stdin.write('\x03');
  await live.until('^C\r\n/w # ');
  live.stdin.write('echo $?\r');
  await live.until('130\r\n');
  live.stdin.write('half a li\x03');
  await live.until('li^C\r\n/w # ');
  live.stdin.write('while :; do :; done\r');
  await live.until('done\r\n');
  live.stdin.write('\x03');
  await live.until('done\r\n^C\r\n/w # ');
  live.stdin.write('exit 0\r');
  expect(await live.process.exitCode).toBe(0);
});

test('a mistake does not end a shell that somebody types into', async () => {
  const live = await shell();
  live.stdin.write('fi\r');
  await live.until('sh: syntax error: unexpected "fi"\r\n/w # ');
  live.stdin.write(`echo $\{x?oh no}\r`);
  await live.until('sh: x: oh no\r\n/w # ');
  live.stdin.write('exit\r');
  expect(await live.process.exitCode).toBe(2);
});

test('programs know that there is a terminal', async () => {
  const live = await startLive(newMachine(), ['sh', '-c', 'tty; stty size; test -t 1 && echo yes'], { terminal: true });
  await live.process.exitCode;
  expect(live.text()).toBe('/dev/pts/0\r\n24 80\r\nyes\r\n');
});
