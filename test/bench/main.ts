/** `npm run bench`: one table of what the build costs, next to what any Node server costs on the same machine now. */
import { writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Flags, parseFlags, UsageError } from './flags.ts';
import { machineLoad, processCost } from './process-cost.ts';
import { noSamples, type RowSamples, resultOf } from './samples.ts';
import type { Bench } from './scenario.ts';
import { SCENARIOS } from './scenarios/index.ts';
import { createLauncher } from './subjects/launcher.ts';
import { formatTable } from './table.ts';

async function measure({ rounds, scenarios }: Flags): Promise<readonly RowSamples[]> {
  const startedMs = performance.now();
  const all = scenarios.flatMap((scenario) => scenario.rows.map(noSamples));
  const launcher = await createLauncher();
  const bench: Bench = {
    rounds,
    fauxkube: (options) => launcher.fauxkube(options),
    floor: () => launcher.floor(),
    record(row, of, value) {
      if (value !== undefined) all.find((one) => one.row === row)?.samples[of].push(value);
    },
    progress(text) {
      process.stderr.write(`${((performance.now() - startedMs) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
    },
  };
  try {
    for (const scenario of scenarios) await scenario.run(bench);
  } finally {
    await launcher.close();
  }
  return all;
}

async function main(flags: Flags): Promise<void> {
  const loadBefore = machineLoad();
  const all = await measure(flags);
  const machine = {
    node: process.version,
    platform: `${process.platform} ${process.arch}`,
    cpus: cpus().length,
    rounds: flags.rounds,
    loadBefore,
    loadAfter: machineLoad(),
  };
  const { node, platform, rounds } = machine;
  const load = `load average ${loadBefore.toFixed(1)} before, ${machine.loadAfter.toFixed(1)} after`;
  process.stdout.write(`${formatTable(all.map(resultOf))}\n\n`);
  process.stdout.write(`Medians of ${rounds} rounds, Node ${node}, ${platform}, ${machine.cpus} CPUs, ${load}.\n`);
  if (processCost(process.pid) === undefined)
    process.stdout.write('CPU and memory are read from /proc, which this machine does not have.\n');
  if (flags.json !== undefined) writeFileSync(flags.json, `${JSON.stringify({ machine, rows: all }, undefined, 2)}\n`);
}

// What was started ends in handlers of `exit`, which a signal alone would not run.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
try {
  await main(parseFlags(process.argv.slice(2), SCENARIOS));
} catch (error) {
  process.stderr.write(`bench: ${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
