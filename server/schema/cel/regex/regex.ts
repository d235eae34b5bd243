import { CelError } from '../values/value.ts';
import { Matcher } from './matcher.ts';
import { compileProgram } from './program.ts';
import { parseRegex } from './syntax.ts';

const MAX_KNOWN = 500;
const known = new Map<string, Matcher | CelError>();

/** A pattern ready to run, or Go's message about it. Patterns are kept, as rules use the same ones again. */
export function compileRegex(pattern: string): Matcher | CelError {
  const found = known.get(pattern);
  if (found) return found;
  if (known.size >= MAX_KNOWN) known.clear();
  const compiled = compile(pattern);
  known.set(pattern, compiled);
  return compiled;
}

function compile(pattern: string): Matcher | CelError {
  try {
    return new Matcher(compileProgram(parseRegex(pattern)));
  } catch (error) {
    return new CelError(error instanceof Error ? error.message : String(error));
  }
}
