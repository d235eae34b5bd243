import { expect, test } from 'vitest';
import { busyMachine, newMachine, runCommand, runScript } from '../shell/simulated.ts';

test.each([
  [['nofoo'], 'exec: "nofoo": executable file not found in $PATH'],
  [['/nofoo'], 'exec: "/nofoo": stat /nofoo: no such file or directory'],
  [['/etc/passwd'], 'exec: "/etc/passwd": permission denied'],
])('%s cannot start, in the words of the container runtime', async (command, message) => {
  await expect(newMachine().start(command, {})).rejects.toThrow(message);
});

test('a script with an interpreter starts as a program', async () => {
  const machine = await busyMachine();
  await runScript(
    'printf "#!/bin/sh\\necho \\$0 \\$#\\n" > /usr/local/bin/hello; chmod +x /usr/local/bin/hello',
    machine,
  );
  const { stdout } = await runCommand(machine, ['hello', 'a', 'b']);
  expect(stdout).toBe('/usr/local/bin/hello 2\n');
});

test('a program that is copied stays the program', async () => {
  expect((await runScript('cp /bin/echo ./mine; ./mine copied; ln -s /bin/cat c; echo x | ./c')).stdout).toBe(
    'copied\nx\n',
  );
});

test('the environment and the directory are those that were given', async () => {
  const { stdout } = await runCommand(newMachine(), ['sh', '-c', 'echo $GREETING; pwd; env | grep -c GREETING'], {
    env: { GREETING: 'grüß dich' },
    cwd: '/srv/app',
  });
  expect(Buffer.from(stdout, 'latin1').toString()).toBe('grüß dich\n/srv/app\n1\n');
});

test('what is written to the descriptors of the first process goes where its output goes', async () => {
  const machine = newMachine();
  const first = runCommand(machine, ['sh', '-c', 'sleep 1000 & wait']);
  await runScript('echo to the log > /proc/1/fd/1; kill -9 2', machine);
  for (const process of machine.processes.values()) process.signal('KILL', { forced: true });
  expect((await first).stdout).toBe('to the log\n');
});

test('a machine that nobody uses has nothing', () => {
  let asked = 0;
  const machine = newMachine({ limits: { inodes: 12 } });
  expect(machine.view.exists('/w')).toBe(true);
  newMachine({
    mounts: () => {
      asked++;
      return [];
    },
  });
  expect(asked).toBe(1);
  expect(machine.processes.size).toBe(0);
});
