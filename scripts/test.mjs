// `npm test`: everything that CI runs. The last line counts: N passed, N failed.
// `npm run test:kubectl`: what kubectl does, by the kubectl of the server's own version, which is built when it is new.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { buildEtcd } from './etcd.mjs';
import { buildKubectl, findKubectl } from './kubectl.mjs';

const SAME_VERSION = '--same-version';
const kubectl = process.argv.includes(SAME_VERSION) ? buildKubectl() : findKubectl();
process.stdout.write(`kubectl of the tests: ${kubectl.text} (${kubectl.command})\n`);
const etcd = buildEtcd();
if (etcd) process.stdout.write(`etcd of the tests: ${etcd}\n`);

const report = 'node_modules/.cache/vitest-report.json';
mkdirSync('node_modules/.cache', { recursive: true });
rmSync(report, { force: true });
const args = [
  'node_modules/vitest/vitest.mjs',
  'run',
  '--reporter=default',
  '--reporter=json',
  `--outputFile.json=${report}`,
  ...process.argv.slice(2).filter((argument) => argument !== SAME_VERSION),
];
const child = spawn(process.execPath, args, {
  stdio: 'inherit',
  env: { ...process.env, FAUXKUBE_TEST_KUBECTL: kubectl.command },
});
child.on('exit', (code) => {
  let counts;
  try {
    counts = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    process.stdout.write('0 passed, 1 failed\n');
    process.exit(1);
  }
  // A file that does not load has no tests that could fail.
  const broken =
    counts.numTotalTestSuites > 0
      ? counts.testResults.filter((file) => file.status === 'failed' && file.assertionResults.length === 0).length
      : 1;
  const failed = counts.numFailedTests + broken;
  process.stdout.write(`${counts.numPassedTests} passed, ${failed} failed\n`);
  process.exit(code === 0 && failed === 0 ? 0 : 1);
});
