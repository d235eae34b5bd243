import { expect, test } from 'vitest';
import { built, hasCommand, LINES, linesOf, TIMEOUT_MS } from './program.ts';

test(
  'a Go program with the dynamic client of client-go',
  async (context) => {
    if (!hasCommand('go', 'version')) context.skip('there is no Go here: install it, and this test builds its program');
    const program = built('go');
    expect(await linesOf('test/clients/quick/go', ['go', 'build', '-o', program, '.'], [program])).toEqual(LINES);
  },
  TIMEOUT_MS,
);
