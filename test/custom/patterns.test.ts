/** Patterns of schemas are Go's: RE2. */
import { describe, expect, it, test } from 'vitest';
import { compilePattern } from '../../server/schema/custom/pattern.ts';

describe('a pattern matches', () => {
  it.each([
    ['^[0-9a-zA-Z-.]+$', 'a-b.c', true],
    ['^[0-9a-zA-Z-.]+$', 'a_b', false],
    ['^[a-]$', '-', true],
    ['^[-a]$', '-', true],
    ['^[\\w-]+$', 'a-b', true],
    ['^(?i)abc$', 'ABC', true],
    ['^\\p{Greek}$', 'α', true],
    ['b', 'abc', true],
    ['^.$', '😀', true],
    ['^[[:alpha:]]+$', 'abc', true],
    ['^a{2,3}$', 'aaaa', false],
  ])('%s: %s: %s', (pattern, text, matches) => {
    expect(compilePattern(pattern)(text)).toBe(matches);
  });
});

test('a pattern that others try in exponential time takes as long as its text', () => {
  const start = process.cpuUsage();
  expect(compilePattern('^(a+)+(b|c)*$')(`${'a'.repeat(200_000)}!`)).toBe(false);
  expect(process.cpuUsage(start).user / 1e6).toBeLessThan(5);
});

test.each(['(?=a)', '(?!a)', '(a)\\1', 'a**', '[b-a]', '(', 'a{1001}'])('%s is none', (pattern) => {
  expect(() => compilePattern(pattern)).toThrow('error parsing regexp: ');
});
