import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { tsProgram } from '../support/killed-process.ts';

function bench(...args: string[]): { code: number | null; stdout: string; stderr: string } {
  const [command, commandArgs] = tsProgram('test/bench/main.ts', ...args);
  const { status, stdout, stderr } = spawnSync(command, commandArgs, { encoding: 'utf8' });
  return { code: status, stdout, stderr };
}

test('the benchmark measures starts of the build next to the floor', () => {
  const { code, stdout, stderr } = bench('--only', 'start', '--rounds', '1');
  expect(stderr).toMatch(/^ +\d+ s {2}start: round 1 of 1\n$/);
  expect(stdout).toMatch(/^\| start to the first GET +\| +[\d.,]+ ms \| +[\d.,]+ ms \| +\d+\.\d\d \| ≤ 2 × floor \|/m);
  expect(code).toBe(0);
});

test('an unknown scenario is answered with those that there are', () => {
  const { code, stderr } = bench('--only', 'nothing');
  expect(stderr).toBe(
    'bench: --only takes start, idle, get, create, writes, durable, in-process, ten-thousand-pods, fan-out, ' +
      'workers, scheduler, deployment, nodes, pods, custom-kinds, rules, virtual-clusters, clock, journal, etcd, ' +
      "costs, hundred-thousand-pods: not 'nothing'\n",
  );
  expect(code).toBe(2);
});
