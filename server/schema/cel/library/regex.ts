import { CostLimitExceeded } from '../evaluate/frame.ts';
import { type Matcher, MatchTooExpensive } from '../regex/matcher.ts';
import { compileRegex } from '../regex/regex.ts';
import type { Library } from '../types/functions.ts';
import { CelError, type Int, isInt, type Value, ValueList } from '../values/value.ts';

/** Whether a pattern matches anywhere in a text. */
export function matches(regex: Matcher, text: string): Value {
  return bounded(() => regex.test(text));
}

/** The first match, or an empty text. */
export function find(regex: Matcher, text: string): Value {
  return bounded(() => {
    const found = regex.find(text, 0);
    return found ? text.slice(found.start, found.end) : '';
  });
}

/** All matches that do not overlap. */
export function findAll(regex: Matcher, text: string, limit: Value | undefined): Value {
  const most = isInt(limit) && limit >= 0 ? Number(limit) : Number.POSITIVE_INFINITY;
  return bounded(() => {
    const found: string[] = [];
    let from = 0;
    let lastEnd = -1;
    while (found.length < most && from <= text.length) {
      const match = regex.find(text, from);
      if (!match) break;
      const empty = match.start === match.end;
      // An empty match right after another one does not count.
      if (!empty || match.start !== lastEnd) found.push(text.slice(match.start, match.end));
      lastEnd = match.end;
      from = empty ? match.end + ((text.codePointAt(match.end) ?? 0) > 0xffff ? 2 : 1) : match.end;
    }
    return new ValueList(found);
  });
}

function bounded(run: () => Value): Value {
  try {
    return run();
  } catch (error) {
    if (error instanceof MatchTooExpensive) throw new CostLimitExceeded();
    throw error;
  }
}

function withPattern(pattern: string, run: (regex: Matcher) => Value, prefix = ''): Value {
  const regex = compileRegex(pattern);
  return regex instanceof CelError ? new CelError(prefix + regex.message) : run(regex);
}

const ILLEGAL = 'Illegal regex: ';

const matchesText = (text: string, pattern: string): Value => withPattern(pattern, (regex) => matches(regex, text));
const findAllIn = (text: string, pattern: string, limit?: Int): Value =>
  withPattern(pattern, (regex) => findAll(regex, text, limit), ILLEGAL);

export const REGEX: Library = {
  matches: {
    'matches(string, string): bool': matchesText,
    '.matches_string(string, string): bool': matchesText,
  },
  find: {
    '.string_find_string(string, string): string': (text: string, pattern: string) =>
      withPattern(pattern, (regex) => find(regex, text), ILLEGAL),
  },
  findAll: {
    '.string_find_all_string(string, string): list(string)': findAllIn,
    '.string_find_all_string_int(string, string, int): list(string)': findAllIn,
  },
};
