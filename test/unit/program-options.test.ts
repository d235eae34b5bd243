import { afterEach, expect, it, vi } from 'vitest';
import { programOptions } from '../support/program-options.ts';

const OPTIONS = {
  seed: { is: 'number', text: 'repeats a run' },
  count: { is: 'number', text: 'how many', default: 3 },
  trace: { is: 'flag', text: 'names each' },
} as const;

afterEach(() => void vi.restoreAllMocks());

/** What a program with these arguments would end with, and what it would have said. */
function ended(args: readonly string[]): { status: unknown; said: string } {
  let said = '';
  const take = (text: unknown): boolean => {
    said += String(text);
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(take);
  vi.spyOn(process.stderr, 'write').mockImplementation(take);
  const exit = vi.spyOn(process, 'exit').mockImplementation((status) => {
    throw new Error(`ends with ${status}`);
  });
  expect(() => programOptions('example', OPTIONS, args)).toThrow('ends with');
  return { status: exit.mock.calls[0]?.[0], said };
}

it('reads numbers and flags, and knows what was not given', () => {
  expect(programOptions('example', OPTIONS, ['--seed', '7', '--trace'])).toEqual({ seed: 7, count: 3, trace: true });
  expect(programOptions('example', OPTIONS, [])).toEqual({ seed: undefined, count: 3, trace: false });
});

it.each([
  [['--sead', '7'], "example: Unknown option '--sead'"],
  [['--seed', 'x'], "example: --seed takes a whole number: not 'x'"],
  [['--seed'], "example: Option '--seed <value>' argument missing"],
])('ends with 2 for %s and says what there is', (args, complaint) => {
  const { status, said } = ended(args);
  expect(said).toContain(complaint);
  expect(said).toContain('--count N');
  expect(status).toBe(2);
});
