// Every rule of the house that a program can check: types, lint, format, layers, unused code, generated files.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const bin = (name) => `node_modules/.bin/${name}`;

const STEPS = [
  ['types', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']],
  ['format and lint', bin('biome'), ['ci', '.']],
  ['promises', bin('oxlint'), ['--type-aware', '--deny-warnings', 'server', 'controllers', 'test', 'scripts']],
  ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', 'server', 'controllers', 'test']],
  ['unused code', bin('knip'), []],
];

/** Generated files have to be what their generators write; those that need a control plane are checked by tests. */
function generatedFilesProblem() {
  const file = 'server/resources/index.gen.ts';
  const before = readFileSync(file, 'utf8');
  spawnSync(process.execPath, ['scripts/generate-resource-index.mjs'], { stdio: 'inherit' });
  return readFileSync(file, 'utf8') === before
    ? undefined
    : `${file} was out of date and has been written anew: commit it`;
}

let failed = 0;
for (const [name, command, args] of STEPS) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (status === 0) continue;
  failed++;
  process.stdout.write(`${stdout}${stderr}\n`);
}
const problem = generatedFilesProblem();
process.stdout.write(`${problem ? 'FAILED' : 'ok    '} generated files${problem ? `\n${problem}` : ''}\n`);
if (problem) failed++;
process.exit(failed === 0 ? 0 : 1);
