import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const MODULE = 'test/conformance';
const CACHE = 'node_modules/.cache/conformance';
const GINKGO = 'github.com/onsi/ginkgo/v2/ginkgo';

/** What runs the specs, built from the Go module. */
export interface Programs {
  /** Where they lie. */
  readonly folder: string;
  /** Ginkgo's command line: runs the suite in several processes. */
  readonly ginkgo: string;
  /** The specs. */
  readonly suite: string;
  /** Of the specs: `1.37.2`. */
  readonly kubernetesVersion: string;
}

const sourceText = (name: string): string => readFileSync(join(MODULE, name), 'utf8');

function go(args: readonly string[]): void {
  execFileSync('go', args, {
    cwd: MODULE,
    stdio: ['ignore', 'inherit', 'inherit'],
    // One compiler at a time: two of the largest packages need more memory than many machines have.
    env: { ...process.env, GOFLAGS: '-mod=readonly -p=1' },
  });
}

/** kubectl and the specs ask which version they are of: released ones are told when they are linked. */
function versionFlags(version: string): string {
  const [major = '', minor = ''] = version.split('.');
  const values = { gitVersion: `v${version}`, gitMajor: major, gitMinor: minor };
  const settings = Object.entries(values).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`);
  return ['-s -w', ...settings].join(' ');
}

/**
 * Builds them unless this was done for the same sources: minutes on two cores.
 *
 * @throws Error when Go is missing, or does not compile them
 */
export function buildPrograms(): Programs {
  const sources = ['go.mod', 'go.sum', 'conformance_test.go'].map(sourceText);
  const kubernetesVersion = /k8s\.io\/kubernetes v(\S+)/.exec(sources[0] ?? '')?.[1];
  if (kubernetesVersion === undefined) throw new Error(`${MODULE}/go.mod does not require k8s.io/kubernetes`);
  const flags = versionFlags(kubernetesVersion);
  const key = createHash('sha256')
    .update([...sources, flags].join('\0'))
    .digest('hex')
    .slice(0, 12);
  const folder = resolve(CACHE, key);
  const programs = {
    folder,
    ginkgo: join(folder, 'ginkgo'),
    suite: join(folder, 'conformance.test'),
    kubernetesVersion,
  };
  if (existsSync(programs.ginkgo) && existsSync(programs.suite)) return programs;
  process.stderr.write(`Building the specs of Kubernetes ${kubernetesVersion} from their Go module, once …\n`);
  mkdirSync(folder, { recursive: true });
  go(['test', '-c', '-vet=off', '-ldflags', flags, '-o', programs.suite, '.']);
  go(['build', '-o', programs.ginkgo, GINKGO]);
  return programs;
}
