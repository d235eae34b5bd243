/** `npm run test:clients`: programs of client libraries, unchanged, and the test kits with examples, against dist/. */
import { existsSync, mkdirSync } from 'node:fs';
import { KITS, runKit } from '../../../scripts/test-kits.mjs';
import { type KitResult, writePage } from './page.ts';
import { built } from './program.ts';
import { PROGRAMS } from './programs.ts';
import { type Result, runProgram } from './run.ts';

const CLI = 'dist/cli.js';

/** Whether an argument of the command line means it: all of a language, or one. */
const isMeant = (name: string, wanted: readonly string[]): boolean =>
  wanted.length === 0 || wanted.some((one) => name === one || name.startsWith(`${one}/`));

async function main(wanted: readonly string[]): Promise<number> {
  const names = [...PROGRAMS, ...KITS].map(({ name }) => name);
  const unknown = wanted.find((one) => !names.some((name) => isMeant(name, [one])));
  if (unknown !== undefined) {
    const known = [...new Set(names.map((name) => name.split('/')[0]))].join(', ');
    process.stderr.write(`test:clients takes ${known}, a program such as ${names[0]}, or nothing: not '${unknown}'\n`);
    return 2;
  }
  const kubectl = process.env.FAUXKUBE_CLIENTS_KUBECTL;
  if (kubectl === undefined) throw new Error('run it as npm run test:clients, which brings a kubectl');
  if (!existsSync(CLI)) throw new Error(`there is no ${CLI}: npm run build`);
  mkdirSync(built(), { recursive: true });
  const results: Result[] = [];
  for (const program of PROGRAMS.filter(({ name }) => isMeant(name, wanted)))
    results.push(...(await runProgram(program, kubectl)));
  const kits: KitResult[] = [];
  for (const kit of KITS.filter(({ name }) => isMeant(name, wanted))) {
    const line = await runKit(kit);
    process.stderr.write(`${kit.name}: ${line}\n`);
    kits.push({ kit, line });
  }
  writePage(results, kits, {
    programs: PROGRAMS.map(({ name }) => name),
    kits: KITS.map(({ folder }) => folder),
  });
  const lines = [...results.flatMap((result) => result.lines), ...kits.map(({ line }) => line)];
  const failed = lines.filter((line) => line.startsWith('not ok')).length;
  process.stdout.write(`${lines.length - failed} passed, ${failed} failed\n`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`test:clients: ${(error as Error).message}\n`);
  process.exitCode = 1;
}
