import { afterEach, expect, test } from 'vitest';
import type { MachineLimits } from '../../controllers/kubelet/runtime/machine/limits.ts';
import type { Machine } from '../../controllers/kubelet/runtime/machine/machine.ts';
import { systemClock } from '../../server/base/clock.ts';
import { nextTurn } from '../../server/base/turn.ts';
import { busyMachine, type Finished, runScript } from './simulated.ts';

let machine: Machine | undefined;

afterEach(() => machine?.stop());

async function hostile(script: string, limits: Partial<MachineLimits> = {}): Promise<Finished> {
  machine = await busyMachine({ limits: { stepsWithoutRest: 100_000, ...limits } });
  return runScript(script, machine);
}

/** The longest turn of the event loop while something runs. */
async function longestTurnMs(work: Promise<unknown>): Promise<number> {
  const clock = systemClock();
  let [longest, isDone] = [0, false];
  void work.then(() => (isDone = true));
  for (let beforeMs = clock.now(); !isDone; ) {
    await nextTurn();
    longest = Math.max(longest, clock.now() - beforeMs);
    beforeMs = clock.now();
  }
  return longest;
}

test('a loop without end is stopped', async () => {
  const { exitCode, stderr } = await hostile('while :; do :; done');
  expect({ exitCode, stderr }).toEqual({ exitCode: 152, stderr: 'CPU time limit exceeded\n' });
});

test('a loop that waits goes on', async () => {
  const { stdout } = await hostile('i=0; while [ $i -lt 300 ]; do i=$((i+1)); sleep 0; done; echo $i', {
    stepsWithoutRest: 2000,
  });
  expect(stdout).toBe('300\n');
});

test.each([
  ['a loop', 'while :; do :; done'],
  ['output that nobody wants', 'yes > /dev/null'],
  ['a pipe of two that never end', 'yes | cat > /dev/null'],
  [
    'a pattern with many stars',
    `x=$(printf '%065536d' 0); case $x in *0*0*0*0*0*0*0*0*1) ;; esac; ${'case $x in *0*0*1) ;; esac;'.repeat(9)}`,
  ],
  ['sorting', 'seq 60000 | sort -r | sort -n | tail -1'],
])('%s never holds the event loop for long', async (_, script) => {
  machine = await busyMachine({ limits: { stepsWithoutRest: 300_000 } });
  // A turn has 5 ms; a machine that does much else at the same time makes more of it.
  expect(await longestTurnMs(runScript(script, machine))).toBeLessThan(400);
});

test('a fork bomb comes to its end, and the machine still works', async () => {
  const { exitCode } = await hostile('f() { f | f & }; f; wait; exit 3', { processes: 64 });
  expect([3, 2, 152]).toContain(exitCode);
  expect((await runScript('sleep 0.05; echo alive', machine)).stdout).toBe('alive\n');
});

test('more processes than there may be are refused', async () => {
  const { exitCode, stderr } = await hostile('while :; do sleep 100 & done', { processes: 20 });
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: "sh: can't fork: Resource temporarily unavailable\n" });
});

test.each([
  ['a loop', 'while (1) n++', 152, 'CPU time limit exceeded\n'],
  ['a text that grows', 'while (1) t = t t "x"', 1, 'awk: Cannot allocate memory\n'],
  ['an array that grows', 'while (1) a[n++] = sprintf("%65000d", 1)', 1, 'awk: Cannot allocate memory\n'],
  ['a function that calls itself', 'f()', 1, 'awk: Cannot allocate memory\n'],
  ['brackets in brackets', `print ${'('.repeat(5000)}1`, 1, 'awk: cmd. line:1: too deeply nested\n'],
])('awk: %s comes to its end', async (_, code, exitCode, stderr) => {
  expect(await hostile(`awk 'function f() { f() } BEGIN { ${code} }'`)).toEqual({ exitCode, stdout: '', stderr });
});

test('a function that calls itself for ever ends with a message', async () => {
  const { exitCode, stderr } = await hostile('f() { f; }; f');
  expect(stderr).toBe('sh: maximum function recursion depth exceeded\n');
  expect(exitCode).toBe(2);
});

test('an eval that evaluates itself for ever ends with a message', async () => {
  const { stderr } = await hostile(`x='eval "$x"'; eval "$x"`);
  expect(stderr).toBe('sh: maximum function recursion depth exceeded\n');
});

test('a script that runs itself for ever runs out of processes', async () => {
  const { exitCode, stderr } = await hostile('echo "sh ./s; exit" > s; sh ./s', { processes: 32 });
  expect(stderr).toContain("can't fork: Resource temporarily unavailable");
  expect(exitCode).not.toBe(0);
});

test('a variable that doubles does not eat the memory', async () => {
  const { exitCode, stderr } = await hostile('x=aaaaaaaaaaaaaaaa; while :; do x=$x$x; done');
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'sh: word too long\n' });
});

test('many variables do not eat the memory', async () => {
  const { exitCode, stderr } = await hostile(
    `x=$(printf '%065536d' 0); i=0; while :; do i=$((i+1)); eval "v$i=\\$x"; done`,
  );
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'sh: out of memory\n' });
});

test('the result of a command may not be too long', async () => {
  const { exitCode, stderr } = await hostile('x=$(cat /dev/zero)', { stepsWithoutRest: 1_000_000 });
  expect({ exitCode, stderr }).toEqual({ exitCode: 2, stderr: 'sh: command substitution: result too long\n' });
});

test('a file grows to the limit of its file system', async () => {
  const { stderr } = await hostile('cat /dev/zero > f; ls -l f | wc -l; rm f; echo small > g; cat g', {
    fileBytes: 1_000_000,
    stepsWithoutRest: 1_000_000,
  });
  expect(stderr).toBe('cat: No space left on device\n');
});

test('files come to an end', async () => {
  const { exitCode, stderr } = await hostile('i=0; while : > f$i; do i=$((i+1)); done; echo $i', { inodes: 200 });
  expect(stderr).toMatch(/^sh: can't create f\d+: No space left on device\n$/);
  expect(exitCode).toBe(0);
});

test('an archive that unpacks to much more stops at the limit of the file system', async () => {
  const script =
    'head -c 900000 /dev/zero > f; gzip f; mkdir d; for i in 1 2 3; do gunzip -c f.gz > d/$i; done; echo $?';
  const { stdout, stderr } = await hostile(script, { fileBytes: 1_000_000, stepsWithoutRest: 1_000_000 });
  expect(stderr).toContain('No space left on device');
  expect(stdout).toBe('1\n');
});

test('links that lead in circles are noticed', async () => {
  const { stderr } = await hostile('ln -s a b; ln -s b a; cat a; cat a/b/c');
  expect(stderr).toContain("cat: can't open 'a': Too many levels of symbolic links");
});

test('a here-document of a megabyte passes', async () => {
  const { stdout } = await hostile(`cat <<E | wc -c\n${`${'x'.repeat(99)}\n`.repeat(9000)}E`, {
    stepsWithoutRest: 1_000_000,
  });
  expect(stdout).toBe('900000\n');
});

test('a script that is too long is refused', async () => {
  const { stderr } = await hostile('echo x', { scriptLength: 3 });
  expect(stderr).toBe('sh: script too long\n');
});

test('a wildcard expression that explodes in other engines takes linear time', async () => {
  const { exitCode } = await hostile(`printf '%030000d' 0 | grep -E '^(0+)+$x'`);
  expect(exitCode).toBe(1);
});
