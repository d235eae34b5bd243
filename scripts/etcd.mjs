// Builds etcd from the pinned Go module, for the tests of storage.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

const MODULE = 'test/etcd-module';

/** Where the etcd of the pinned version is, or will be; and that version. */
export function etcdOfModule() {
  const version = /go\.etcd\.io\/etcd\/server\/v3 (v\S+)/.exec(readFileSync(`${MODULE}/go.mod`, 'utf8'))[1];
  return { command: resolve(`node_modules/.cache/etcd/${version}/etcd`), version };
}

/** Builds it unless it is there. @returns its path, or undefined where it cannot be built */
export function buildEtcd() {
  const { command, version } = etcdOfModule();
  if (existsSync(command)) return command;
  if (spawnSync('go', ['version']).status !== 0) {
    process.stdout.write('etcd of the tests: none, because there is no Go to build it with; its tests are skipped\n');
    return undefined;
  }
  process.stdout.write(`Building etcd ${version} from its Go module, once (a minute) …\n`);
  const cache = dirname(command);
  mkdirSync(cache, { recursive: true });
  const { HOME } = process.env;
  const env = {
    ...process.env,
    GOFLAGS: '-mod=readonly -buildvcs=false',
    // Go wants to know where to keep what it builds and loads.
    ...(!HOME && { HOME: cache }),
  };
  const args = ['build', '-trimpath', '-ldflags', '-s -w', '-o', `${command}.new`, '.'];
  const { status } = spawnSync('go', args, { cwd: MODULE, stdio: 'inherit', env });
  if (status !== 0) {
    process.stdout.write('etcd of the tests: none, because it could not be built; its tests are skipped\n');
    return undefined;
  }
  renameSync(`${command}.new`, command);
  return command;
}

if (process.argv[1] === import.meta.filename) process.stdout.write(`${buildEtcd() ?? ''}\n`);
