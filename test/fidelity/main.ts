/**
 * `npm run fidelity`: compares every verb of every kind with recorded answers of a real server, and writes the result.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileWith, pageWith } from './page.ts';
import { differenceText, FILE, PAGE, runFidelity } from './run.ts';

const { verbs, unnamed, gone } = await runFidelity();
writeFileSync(PAGE, pageWith(readFileSync(PAGE, 'utf8'), verbs));
writeFileSync(FILE, fileWith(verbs));
for (const comparison of unnamed) process.stdout.write(`${differenceText(comparison)}\n`);
for (const { what } of gone) process.stdout.write(`not seen any more: ${what}\n`);
process.stdout.write(`${verbs.length} verbs in ${PAGE}; ${unnamed.length} differences without a name\n`);
process.exitCode = unnamed.length + gone.length === 0 ? 0 : 1;
