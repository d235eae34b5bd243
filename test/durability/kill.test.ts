import { describe, expect, it } from 'vitest';
import { namesIn, openStorage, temporaryDirectory } from '../support/data-directory.ts';
import { killAfter, tsProgram } from '../support/killed-process.ts';

const PROGRAM = 'test/durability/programs/create-objects.ts';

describe('kill -9', () => {
  // One writer at a time, as many as a busy server has, and everything in one turn of the event loop.
  it.each([
    [1, 900],
    [50, 2600],
    [5000, 1],
  ])('loses no acknowledged write (%i writers, killed after %i writes)', async (writers, afterLines) => {
    const directory = await temporaryDirectory();
    const acknowledged = await killAfter(tsProgram(PROGRAM, directory, String(writers)), afterLines);
    expect(acknowledged.length).toBeGreaterThanOrEqual(afterLines);
    expect((await namesIn(directory)).some((name) => name.startsWith('journal-'))).toBe(true);
    const storage = await openStorage(directory); // the lock of the dead process does not matter
    for (const key of acknowledged) expect(storage.get(key)?.value.data, key).toEqual({ text: 'x'.repeat(500) });
    await storage.close();
  });
});
