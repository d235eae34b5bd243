/** `npm run conformance`: runs Kubernetes' Conformance specs against the build and records how each ended. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { CommandLine } from '../support/command-line.ts';
import { type Flags, parseFlags, UsageError } from './flags.ts';
import { type Outcome, outcomeOf, type Surroundings } from './outcome.ts';
import { buildPrograms, type Programs } from './programs.ts';
import { lostSpecs, mergeOutcomes, readRecord, writeRecord } from './record.ts';
import { listSpecs } from './specs.ts';
import { type Listener, PARTS, runSuite } from './suite.ts';

const CLI = 'dist/cli.js';
/** The fewest that the specs ask for. */
const NODES = 2;
/** Some wait for what a kubelet tells of every pod. */
const EVENTS = ['--kubelet-events', 'all'];

/** Tells how far the parts are together, and keeps how their specs ended. */
class Progress {
  readonly found: Outcome[] = [];
  #total = 0;
  #ended = 0;

  listener(part: keyof typeof PARTS, surroundings: Surroundings): Listener {
    return {
      started: (specs) => {
        this.#total += specs;
        process.stderr.write(`${specs} ${part} specs\n`);
      },
      ended: (spec) => {
        this.#ended += 1;
        const outcome = outcomeOf(spec, surroundings);
        if (outcome) this.found.push(outcome);
        const { result = spec.state, why } = outcome ?? {};
        const reason = why === undefined ? '' : `\n          ${why}`;
        const seconds = `${spec.seconds.toFixed(0)} s`;
        const count = `${String(this.#ended).padStart(4)}/${this.#total}`;
        process.stderr.write(`${count} ${result} (${seconds}) ${spec.name}${reason}\n`);
      },
    };
  }
}

/** What a part runs with. */
interface PartRun {
  readonly part: keyof typeof PARTS;
  readonly programs: Programs;
  readonly kubectl: string;
  readonly flags: Flags;
  readonly progress: Progress;
}

const logOf = (programs: Programs, part: keyof typeof PARTS): string => join(programs.folder, `${part}.log`);

/** Runs the specs of a part against a cluster of its own. */
async function runPart({ part, programs, kubectl, flags, progress }: PartRun): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-conformance-'));
  const commands = new CommandLine(folder, resolve(CLI));
  try {
    const { url } = await commands.start([`--nodes=${NODES}`, ...EVENTS]);
    const folders = [folder, dirname(kubectl), programs.folder];
    const listener = progress.listener(part, { folders, url, specTimeout: flags.specTimeout });
    const kubeconfig = commands.file('.fauxkube/kubeconfig');
    await runSuite({ programs, part, flags, kubeconfig, kubectl, log: logOf(programs, part) }, listener);
  } finally {
    await commands.endAll();
    rmSync(folder, { recursive: true });
  }
}

async function main(flags: Flags): Promise<number> {
  const kubectl = process.env.FAUXKUBE_CONFORMANCE_KUBECTL;
  if (kubectl === undefined) throw new Error('run it as npm run conformance, which brings a kubectl');
  if (!existsSync(CLI)) throw new Error(`there is no ${CLI}: npm run build`);
  const programs = buildPrograms();
  const names = listSpecs(programs);
  const progress = new Progress();
  const parts = Object.keys(PARTS) as (keyof typeof PARTS)[];
  await Promise.all(parts.map((part) => runPart({ part, programs, kubectl, flags, progress })));
  const { found } = progress;
  const logs = parts.map((part) => logOf(programs, part)).join(', ');
  if (found.length === 0) throw new Error(`no spec has run: ${logs} say why`);
  const known = readRecord()?.specs ?? [];
  writeRecord({
    kubernetesVersion: programs.kubernetesVersion,
    specs: mergeOutcomes(names, known, found),
  });
  const lost = lostSpecs(known, found);
  for (const name of lost) process.stdout.write(`has passed before: ${name}\n`);
  const passed = found.filter(({ result }) => result === 'passed').length;
  process.stdout.write(`${passed} of ${found.length} specs passed: docs/conformance.md, and ${logs}\n`);
  return lost.length === 0 ? 0 : 1;
}

// Ginkgo gets the terminal's signal too, and ends its specs: what has run until then is recorded.
process.once('SIGINT', () => process.stderr.write('ending the specs …\n'));
try {
  process.exitCode = await main(parseFlags(process.argv.slice(2)));
} catch (error) {
  process.stderr.write(`conformance: ${(error as Error).message}\n`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
