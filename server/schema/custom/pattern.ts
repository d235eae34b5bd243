/**
 * Patterns of schemas. Upstream compiles them with Go's regexp package: what is a pattern, what it matches, and that no
 * text takes more than linear time, is RE2's.
 */
import { compileRegex } from '../cel/regex/regex.ts';
import { CelError } from '../cel/values/value.ts';

/** Whether a text has a match anywhere. */
export type PatternTest = (text: string) => boolean;

/** A pattern that RE2 refuses; the message is regexp.Compile's. */
export class PatternError extends Error {
  override readonly name = 'PatternError';
}

/**
 * Compiles a pattern.
 *
 * @throws PatternError with regexp.Compile's message
 * @example
 * compilePattern('^[a-z]+$')('web') // true
 */
export function compilePattern(source: string): PatternTest {
  const matcher = compileRegex(source);
  if (matcher instanceof CelError) throw new PatternError(matcher.message);
  return (text) => matcher.test(text);
}
