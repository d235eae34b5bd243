import { afterEach, expect, test } from 'vitest';
import type { Machine } from '../../controllers/kubelet/runtime/machine/machine.ts';
import { busyMachine, type Finished, runScript } from './simulated.ts';

let machine: Machine | undefined;

afterEach(() => machine?.stop());

async function hostile(program: string, before = ''): Promise<Finished> {
  machine = await busyMachine({ limits: { stepsWithoutRest: 1_500_000 } });
  return runScript(`${before}awk '${program}'`, machine);
}

test('a program without end is stopped', async () => {
  expect((await hostile('BEGIN {while (1) n++}')).exitCode).toBe(152);
});

test.each([
  ['a text', 'BEGIN {s = "x"; while (1) s = s s}'],
  ['texts in an array', 'BEGIN {s = sprintf("%60000s", "x"); while (1) a[n++] = s n}'],
  ['keys of an array', 'BEGIN {s = sprintf("%60000s", "x"); while (1) a[s n++]}'],
  ['variables of calls', 'function f(n, s) {s = sprintf("%60000s", n); f(n + 1)} BEGIN {f(1)}'],
  ['calls', 'function f() {f()} BEGIN {f()}'],
  ['fields', 'BEGIN {$100001 = 1}'],
  ['texts of fields', 'BEGIN {s = sprintf("%60000s", "x"); for (;;) $(++n) = s n}'],
  ['what is printed', `BEGIN {s = sprintf("%60000s", "x"); print ${'s,'.repeat(20)} s}`],
  ['a format', `BEGIN {printf "${'%60000s'.repeat(20)}"}`],
  ['what takes the place of matches', 'BEGIN {s = sprintf("%60000s", "x"); gsub(/ /, s, s)}'],
])('%s cannot take all memory', async (_, program) => {
  const { exitCode, stderr } = await hostile(program);
  expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: 'awk: Cannot allocate memory\n' });
});

test.each([
  ['parentheses', `BEGIN {print ${'('.repeat(5000)}1${')'.repeat(5000)}}`],
  ['fields of fields', `BEGIN {print ${'$'.repeat(5000)}1}`],
  ['powers', `BEGIN {print 1${'^1'.repeat(5000)}}`],
  ['conditions', `BEGIN {print 1${'&&1'.repeat(5000)}}`],
  ['blocks', `BEGIN ${'{'.repeat(5000)}${'}'.repeat(5000)}`],
])('what is nested too deeply is refused: %s', async (_, program) => {
  expect(await hostile(program)).toMatchObject({ exitCode: 1, stderr: 'awk: cmd. line:1: too deeply nested\n' });
});

test('commands that it starts end with it, and do not keep its files open', async () => {
  const { stdout } = await hostile('BEGIN {print "b\\na" | "sort"; system("echo first"); close("sort"); print "last"}');
  expect(stdout).toBe('first\na\nb\nlast\n');
});

test('calculates as C does', async () => {
  const { stdout } = await hostile(
    'BEGIN {print 2^10, -3^2, 2^3^2, 2**-1; x = 3; x ^= 2; print x; ' +
      'print sqrt(16), exp(0), log(1), sin(0), cos(0), atan2(0, -1); ' +
      'printf "%.0f %.0f %.1f %.2f\\n", 0.5, 1.5, 0.25, 1e21}',
  );
  expect(stdout).toBe('1024 -9 512 0.5\n9\n4 1 0 0 1 3.14159\n0 2 0.2 1000000000000000000000.00\n');
});

test('a sum may be long', async () => {
  const { stdout } = await hostile(`BEGIN {print 1${'+1'.repeat(9999)}; print length(1${' 1'.repeat(9999)})}`);
  expect(stdout).toBe('10000\n10000\n');
});

test('a division by zero ends it', async () => {
  expect(await hostile('BEGIN {print 1 / 0}')).toMatchObject({
    exitCode: 1,
    stderr: 'awk: cmd. line:1: Division by zero\n',
  });
});
