// `npm run test:helm`: fixtures of a chart with the real helm, built from its Go module at first.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const VERSION = 'v3.22.0';

/** Where it is built, and `npm test` finds it. */
const HELM = resolve(`node_modules/.cache/helm/${VERSION}/helm`);

function buildHelm() {
  if (existsSync(HELM)) return;
  process.stdout.write(`Building helm ${VERSION} from its Go module, once (a few minutes) …\n`);
  mkdirSync(dirname(HELM), { recursive: true });
  // Outside of any module: it is built with what its own go.mod says.
  const env = { ...process.env, GOBIN: dirname(HELM), GOFLAGS: '' };
  const { status, error } = spawnSync('go', ['install', `helm.sh/helm/v3/cmd/helm@${VERSION}`], {
    stdio: 'inherit',
    env,
  });
  if (status === 0) return;
  process.stderr.write(`helm could not be built${error ? ` (${error.message})` : ''}: is there a Go?\n`);
  process.exit(2);
}

buildHelm();
const args = ['node_modules/vitest/vitest.mjs', 'run', 'test/fixtures/real-helm.test.ts'];
process.exit(spawnSync(process.execPath, [...args, ...process.argv.slice(2)], { stdio: 'inherit' }).status ?? 1);
