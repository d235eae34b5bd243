/** What the Go modules of Kubernetes say of its types. */
import { execFileSync } from 'node:child_process';
import type { GoField } from './types.ts';

export interface GoTypes {
  /** Names of types by `group version kind`. */
  readonly kinds: Record<string, string>;
  readonly structs: Record<string, GoField[]>;
}

/** @param gvks `apps v1 Deployment`; the core group has no name */
export function readGoTypes(gvks: readonly string[]): GoTypes {
  const input = `${gvks.join('\n')}\n`;
  const output = execFileSync('go', ['run', '.'], {
    cwd: 'server/schema/generate/go-types',
    input,
    maxBuffer: 64 << 20,
    env: { ...process.env, GOFLAGS: '-mod=mod' },
  });
  return JSON.parse(output.toString()) as GoTypes;
}
