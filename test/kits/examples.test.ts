import { execFile, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { buildImage } from '../support/image.ts';

/** Packages have to be fetched on a new machine, and client libraries compiled. */
const TIMEOUT_MS = 600_000;

let dist: string;
beforeAll(async () => {
  const image = await buildImage();
  dist = join(image.folder(image.stages.length - 1), 'fauxkube/dist');
}, 300_000);

async function runExample(name: string): Promise<void> {
  const env = { ...process.env, FAUXKUBE_TEST_DIST: dist };
  const { stdout } = await promisify(execFile)(process.execPath, ['scripts/clients.mjs', name], { env });
  expect(stdout).toBe('1 passed, 0 failed\n');
}

test.concurrent.each(['pytest-example', 'go-example', 'vitest-example', 'node-test-example'])(
  '%s runs as its README says',
  runExample,
  TIMEOUT_MS,
);

const hasChromium = (): boolean =>
  (process.env.CHROMIUM ?? '') !== '' || spawnSync('sh', ['-c', 'command -v chromium']).status === 0;

test.concurrent(
  'playwright-example runs as its README says',
  async (context) => {
    if (!hasChromium()) context.skip('there is no chromium here: install it, or say with CHROMIUM where it is');
    await runExample('playwright-example');
  },
  TIMEOUT_MS,
);
