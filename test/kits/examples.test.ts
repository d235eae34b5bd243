import { execFile } from 'node:child_process';
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

test.concurrent.each(['pytest-example', 'go-example'])(
  '%s runs as its README says',
  async (name) => {
    const env = { ...process.env, FAUXKUBE_TEST_DIST: dist };
    const { stdout } = await promisify(execFile)(process.execPath, ['scripts/clients.mjs', name], { env });
    expect(stdout).toBe('1 passed, 0 failed\n');
  },
  TIMEOUT_MS,
);
