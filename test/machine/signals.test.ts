import { expect, test } from 'vitest';
import { busyMachine, newMachine, startLive } from '../shell/simulated.ts';

test('a process without a handler ends by TERM with 143, by KILL with 137', async () => {
  const machine = await busyMachine();
  const first = await startLive(machine, ['sleep', '1000']);
  first.process.signal('TERM');
  expect(await first.process.exitCode).toBe(143);
  const second = await startLive(machine, ['sleep', '1000']);
  second.process.signal('KILL');
  expect(await second.process.exitCode).toBe(137);
});

test('a trap runs when a background job is waited for', async () => {
  const machine = newMachine();
  const live = await startLive(machine, ['sh', '-c', 'trap "echo bye; exit 5" TERM; echo up; sleep 1000 & wait']);
  await live.until('up');
  live.process.signal('TERM');
  expect(await live.process.exitCode).toBe(5);
  expect(live.text()).toBe('up\nbye\n');
});

test('the first process of a container ignores TERM when it has no handler, unless it is told not to', async () => {
  const machine = newMachine();
  const live = await startLive(machine, ['sleep', '1000']);
  expect(live.process.pid).toBe(1);
  live.process.signal('TERM');
  expect([...machine.processes.keys()]).toEqual([1]);
  live.process.signal('TERM', { evenFirst: true });
  expect(await live.process.exitCode).toBe(143);
});

test('everything ends with the first process', async () => {
  const machine = newMachine();
  const first = await startLive(machine, ['sleep', '1000']);
  const other = await startLive(machine, ['sh', '-c', 'sleep 1000 & wait']);
  first.process.signal('KILL');
  expect(await other.process.exitCode).toBe(137);
  expect(machine.processes.size).toBe(0);
});

test('whoever writes to a pipe that nobody reads ends by PIPE', async () => {
  const machine = await busyMachine();
  const live = await startLive(machine, ['sh', '-c', 'set -o pipefail; yes | head -1; echo $?']);
  expect(await live.process.exitCode).toBe(0);
  expect(live.text()).toBe('y\n141\n');
});

test('an ignored signal is ignored by children too', async () => {
  const machine = await busyMachine();
  const live = await startLive(machine, ['sh', '-c', 'trap "" TERM; sh -c "kill \\$\\$; echo still here"']);
  await live.process.exitCode;
  expect(live.text()).toBe('still here\n');
});
