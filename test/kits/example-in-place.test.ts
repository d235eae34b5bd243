import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

const VITEST = resolve('node_modules/vitest/vitest.mjs');

it('vitest finds the tests of its example in the folder where they lie', async () => {
  const cwd = resolve('examples/vitest');
  const { stdout } = await promisify(execFile)(process.execPath, [VITEST, 'list', '--filesOnly'], { cwd });
  expect(stdout.trim()).toBe('website-operator.test.ts');
});
