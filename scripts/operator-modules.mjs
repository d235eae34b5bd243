// Brings the Go modules of test/operators/go.mod: whose files the tests of operators read.
import { spawnSync } from 'node:child_process';

const FOLDER = 'test/operators';

/** The folder of each module, by its path. Exits with one line that says what to install when they cannot be had. */
export function downloadOperators() {
  const { status, stdout, stderr, error } = spawnSync('go', ['mod', 'download', '-json'], {
    cwd: FOLDER,
    encoding: 'utf8',
    env: { ...process.env, GOFLAGS: '-mod=readonly' },
  });
  if (error) {
    process.stderr.write('The definitions of operators are brought by Go: install it and try again.\n');
    process.exit(2);
  }
  // One JSON object after the other.
  const modules = stdout === '' ? [] : JSON.parse(`[${stdout.replace(/\n\}\n\{/g, '\n},\n{')}]`);
  if (status !== 0 || modules.length === 0) {
    const reasons = modules.flatMap(({ Error: reason }) => (reason ? [reason] : []));
    process.stderr.write(`Go did not bring the modules of ${FOLDER}/go.mod:\n${[...reasons, stderr].join('\n')}\n`);
    process.exit(2);
  }
  return Object.fromEntries(modules.map(({ Path: path, Dir: folder }) => [path, folder]));
}
