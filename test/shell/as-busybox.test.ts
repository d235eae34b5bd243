import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Finished, runScript } from './simulated.ts';

/**
 * What busybox 1.35 does with a script. `BUSYBOX=path/to/busybox` records all of them anew; a script that is added to
 * a file needs nothing but its text.
 */
interface Recorded extends Finished {
  readonly script: string;
}

const FOLDER = join(import.meta.dirname, '../golden/shell');
const BUSYBOX = process.env.BUSYBOX;

/** Runs a script in the real shell, in an empty directory. */
function record(busybox: string, script: string): Recorded {
  const folder = mkdtempSync(join(tmpdir(), 'shell-'));
  const [bin, work] = [join(folder, 'bin'), join(folder, 'w')];
  mkdirSync(bin);
  mkdirSync(work);
  const applets = spawnSync(busybox, ['--list'], { encoding: 'utf8' }).stdout.trim().split('\n');
  for (const applet of applets) symlinkSync(busybox, join(bin, applet));
  const { status, signal, stdout, stderr } = spawnSync(busybox, ['sh', '-c', script], {
    cwd: work,
    env: { HOME: '/h', PATH: bin },
    input: '',
    encoding: 'latin1',
  });
  rmSync(folder, { recursive: true });
  const moved = (text: string): string => text.replaceAll(work, '/w');
  return {
    script,
    exitCode: status ?? 128 + (signal ? constants.signals[signal] : 0),
    stdout: moved(stdout),
    stderr: moved(stderr),
  };
}

describe.each(readdirSync(FOLDER))('%s', (file) => {
  const path = join(FOLDER, file);
  let recorded = JSON.parse(readFileSync(path, 'utf8')) as Recorded[];
  if (BUSYBOX !== undefined) {
    recorded = recorded.map(({ script }) => record(BUSYBOX, script));
    writeFileSync(path, `${JSON.stringify(recorded, null, 2)}\n`);
  }

  test.each(recorded)('$script', async ({ script, ...expected }) => {
    expect(await runScript(script)).toEqual(expected);
  });
});
