import { expect, test } from 'vitest';
import { parseFlags, UsageError } from './flags.ts';
import type { Outcome } from './outcome.ts';
import { lostSpecs, mergeOutcomes } from './record.ts';

const passed = (name: string): Outcome => ({ name, result: 'passed' });
const failed = (name: string): Outcome => ({ name, result: 'failed', why: 'no' });

test('what a run found replaces what was known, and only that', () => {
  const merged = mergeOutcomes(['a', 'b', 'c'], [passed('a'), failed('b'), passed('gone')], [passed('b')]);
  expect(merged).toEqual([passed('a'), passed('b'), { name: 'c', result: 'not run' }]);
});

test('a spec is lost that passed and does not now', () => {
  const known = [passed('a'), passed('b'), failed('c'), passed('d')];
  expect(lostSpecs(known, [failed('a'), passed('b'), failed('c')])).toEqual(['a']);
});

test('flags have defaults, and wrong ones are refused', () => {
  expect(parseFlags(['--focus', 'sig-cli'])).toMatchObject({ focus: 'sig-cli', procs: 3, specTimeout: '6m' });
  for (const args of [
    ['--procs', '0'],
    ['--spec-timeout', '90'],
    ['--skip', 'a'],
  ])
    expect(() => parseFlags(args)).toThrow(UsageError);
});
