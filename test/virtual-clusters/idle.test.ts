import { expect, test } from 'vitest';
import { open } from '../support/ask.ts';
import { host, MAPS } from './support.ts';

const PATIENT = { timeout: 15_000 };

test('a cluster that nobody uses goes after its time, and not while somebody watches', async () => {
  await using main = await host();
  const [left, watched] = [await main.make({ idleTimeout: '1s' }), await main.make({ idleTimeout: '1s' })];
  const watch = await open(`${watched.url}${MAPS}?watch=true`, { credentials: watched.credentials });
  const ended = new Promise<void>((resolve) => watch.once('close', resolve));
  const isThere = async (name: string): Promise<boolean> =>
    (await main.admin('GET', `/-/clusters/${name}`)).status === 200;
  await expect.poll(() => isThere(left.name), PATIENT).toBe(false);
  expect(await isThere(watched.name)).toBe(true);
  watch.destroy();
  await ended;
  await expect.poll(() => isThere(watched.name), PATIENT).toBe(false);
});
