import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { namesIn, temporaryDirectory } from '../support/data-directory.ts';
import { crash } from './run.ts';
import { smallDisk } from './small-disk.ts';

/** A file that has just been begun holds no more: nothing that could be missed. */
const FEW_LINES = 8;

// `npm run crash` has 300 kills and 60 fillings of a disk, and a seed that is new each time.
it('a server that is killed forty times loses nothing, at any moment', async () => {
  const folder = await temporaryDirectory();
  const { kills, acknowledged, moments, problems } = await crash({ seed: 1, kills: 40, folder });
  expect(problems).toEqual([]);
  expect(kills).toBe(40);
  expect(acknowledged).toBeGreaterThan(500);
  expect([...moments.keys()].sort()).toEqual([
    'busy',
    'journal begun or removed',
    'snapshot begun',
    'snapshot replaced',
    'start',
  ]);
}, 120_000);

it('a write that is not there any more would be found', async () => {
  const folder = await temporaryDirectory();
  const { problems } = await crash({
    seed: 2,
    kills: 10,
    folder,
    between: async (data) => {
      // Removes whole lines, as if they had been acknowledged without having been written.
      for (const name of (await namesIn(data)).filter((file) => file.startsWith('journal-')).slice(-1)) {
        const lines = (await readFile(join(data, name), 'utf8')).split('\n');
        if (lines.length < FEW_LINES) continue;
        await writeFile(join(data, name), `${lines.slice(0, Math.ceil(lines.length / 2)).join('\n')}\n`);
      }
    },
  });
  expect(problems).toContainEqual(expect.stringMatching(/lost: write \d+/));
}, 60_000);

// This seed soon has files of the journal one after the other that hold a header only.
it('a disk that single writes fill to the last page loses nothing, and goes on when there is room', async (test) => {
  const filled = await smallDisk({ folder: await temporaryDirectory(), seed: 9, fillings: 4 });
  if (!filled) return test.skip('a tmpfs cannot be mounted here (it takes root)');
  const { problems, refused, moments } = filled;
  expect(problems).toEqual([]);
  expect(refused).toBeGreaterThan(10);
  expect([...moments.keys()]).toEqual(expect.arrayContaining(['no room for a start', 'a journal with a header only']));
}, 60_000);
