// Finds a kubectl for the tests: the one on PATH if it is new enough, else one built from the pinned Go module.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

const OLDEST = [1, 27];
const MODULE = 'test/kubectl-module';

function versionOf(command) {
  const { status, stdout } = spawnSync(command, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  const version = status === 0 ? /"gitVersion":\s*"v(\d+)\.(\d+)[^"]*"/.exec(stdout) : null;
  return version
    ? { text: version[0].split('"').at(-2), major: Number(version[1]), minor: Number(version[2]) }
    : undefined;
}

const isNewEnough = (version) =>
  version.major > OLDEST[0] || (version.major === OLDEST[0] && version.minor >= OLDEST[1]);

/** The kubectl of the pinned module. Exits with one line that says what to install when it cannot be built. */
export function buildKubectl() {
  const version = /k8s\.io\/kubectl v0\.(\S+)/.exec(readFileSync(`${MODULE}/go.mod`, 'utf8'))[1];
  const target = resolve(`node_modules/.cache/kubectl/v1.${version}/kubectl`);
  if (existsSync(target)) return { command: target, text: `v1.${version}` };
  if (spawnSync('go', ['version']).status !== 0) {
    process.stderr.write(
      `The tests need kubectl ${OLDEST.join('.')} or newer: install it, or install Go and it will be built.\n`,
    );
    process.exit(2);
  }
  process.stdout.write(`Building kubectl v1.${version} from its Go module, once (a few minutes) …\n`);
  mkdirSync(resolve(target, '..'), { recursive: true });
  const gitVersion = `-X k8s.io/component-base/version.gitVersion=v1.${version}`;
  const { status } = spawnSync('go', ['build', '-o', target, '-ldflags', gitVersion, '.'], {
    cwd: MODULE,
    stdio: 'inherit',
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
  });
  if (status !== 0) {
    process.stderr.write('kubectl could not be built: install kubectl 1.27 or newer and try again.\n');
    process.exit(2);
  }
  return { command: target, text: `v1.${version}` };
}

/** @returns the command and the version of a usable kubectl */
export function findKubectl() {
  const version = versionOf('kubectl');
  if (version && isNewEnough(version)) return { command: 'kubectl', text: version.text };
  return buildKubectl();
}
