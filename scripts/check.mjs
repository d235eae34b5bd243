// Every rule of the house that a program can check: types, lint, format, layers, unused code, generated files.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const bin = (name) => `node_modules/.bin/${name}`;
const colors = process.stdout.isTTY ? [] : ['--colors=off'];
const FOLDERS = ['server', 'controllers', 'test'];

const STEPS = [
  ['types', process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.json']],
  [
    'types of the dashboard',
    process.execPath,
    ['node_modules/typescript/bin/tsc', '--noEmit', '-p', 'server/dashboard'],
  ],
  ['format and lint', bin('biome'), ['ci', '--error-on-warnings', ...colors, '.']],
  ['promises', bin('oxlint'), ['--type-aware', '--deny-warnings', ...FOLDERS, 'scripts']],
  ['layers', bin('depcruise'), ['--config', '.dependency-cruiser.cjs', ...FOLDERS]],
  ['unused code', bin('knip'), ['--no-progress']],
];

/** Generated files that need no control plane have to be what their generators write. */
const GENERATED = [
  ['server/resources/index.gen.ts', 'scripts/generate-resource-index.mjs'],
  ['server/testing/admin-api.gen.ts', 'scripts/generate-admin-api.mjs'],
  ['docs/own-texts.md', 'scripts/list-own-texts.mjs'],
];

function outOfDate([file, generator]) {
  const before = readFileSync(file, 'utf8');
  spawnSync(process.execPath, [generator], { stdio: 'inherit' });
  if (readFileSync(file, 'utf8') === before) return [];
  return [`${file} was out of date and has been written anew: commit it`];
}

function report(name, isFine, startedMs, text) {
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  process.stdout.write(`${isFine ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (!isFine) process.stdout.write(`${text}\n`);
  return isFine ? 0 : 1;
}

let failed = 0;
for (const [name, command, args] of STEPS) {
  const startedMs = performance.now();
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26 });
  failed += report(name, status === 0, startedMs, error ? error.message : `${stdout}${stderr}`);
}
const startedMs = performance.now();
const problems = GENERATED.flatMap(outOfDate);
failed += report('generated files', problems.length === 0, startedMs, problems.join('\n'));
process.exit(failed === 0 ? 0 : 1);
