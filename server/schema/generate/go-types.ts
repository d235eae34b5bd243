/** What the Go modules of Kubernetes say of its types. */
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GoField } from './types.ts';

export interface GoTypes {
  /** Names of types by `group version kind`. */
  readonly kinds: Record<string, string>;
  readonly structs: Record<string, GoField[]>;
}

const FOLDER = 'server/schema/generate/go-types';
const MODULES = ['api', 'apiextensions-apiserver', 'apimachinery', 'client-go', 'kube-aggregator'];

/** v1.37.2: the modules of k8s.io are v0.37.2 then. A server built from its module does not know its version. */
export function newestVersion(): string {
  const version = /k8s\.io\/api v0\.(\S+)/.exec(readFileSync(`${FOLDER}/go.mod`, 'utf8'))?.[1];
  if (!version) throw new Error('go-types/go.mod names no version of k8s.io/api');
  return `v1.${version}`;
}

/** @param gvks `apps v1 Deployment`; the core group has no name */
export function readGoTypes(gvks: readonly string[], gitVersion = newestVersion()): GoTypes {
  if (gitVersion === newestVersion()) return run(FOLDER, gvks);
  const folder = mkdtempSync(join(tmpdir(), 'go-types-'));
  try {
    copyFileSync(`${FOLDER}/main.go`, join(folder, 'main.go'));
    const version = gitVersion.replace(/^v1\./, 'v0.');
    const required = MODULES.map((name) => `\tk8s.io/${name} ${version}\n`).join('');
    writeFileSync(join(folder, 'go.mod'), `module fauxkube/go-types\n\ngo 1.22.0\n\nrequire (\n${required})\n`);
    return run(folder, gvks);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(cwd: string, gvks: readonly string[]): GoTypes {
  const output = execFileSync('go', ['run', '.'], {
    cwd,
    input: `${gvks.join('\n')}\n`,
    maxBuffer: 64 << 20,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  return JSON.parse(output.toString()) as GoTypes;
}
