// `npm run test:operators`: real operators' definitions, from their Go modules, against the sources.
import { spawn } from 'node:child_process';
import { findKubectl } from './kubectl.mjs';
import { downloadOperators } from './operator-modules.mjs';

const folders = downloadOperators();
if (process.argv[2] === '--record') {
  process.env.FAUXKUBE_OPERATOR_MODULES = JSON.stringify(folders);
  process.argv.splice(2, 1, 'test/golden/record/operators.ts');
  await import('./run-ts.mjs');
} else {
  const args = ['node_modules/vitest/vitest.mjs', 'run', '--config', 'test/operators/vitest.config.ts'];
  const child = spawn(process.execPath, [...args, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: {
      ...process.env,
      FAUXKUBE_TEST_KUBECTL: findKubectl().command,
      FAUXKUBE_OPERATOR_MODULES: JSON.stringify(folders),
    },
  });
  child.on('exit', (code) => process.exit(code ?? 1));
}
