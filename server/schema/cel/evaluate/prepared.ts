import { find, findAll, matches } from '../library/regex.ts';
import { compileRegex } from '../regex/regex.ts';
import { CelError, type Value } from '../values/value.ts';
import { type Plan, PlanFault } from './frame.ts';

/** Functions with a constant pattern read it once. */
export function prepared(name: string, plans: readonly Plan[]): ((...args: readonly Value[]) => Value) | undefined {
  const pattern = plans[1]?.constant;
  if (typeof pattern !== 'string' || !['matches', 'find', 'findAll'].includes(name)) return undefined;
  const regex = compileRegex(pattern);
  if (regex instanceof CelError) throw new PlanFault(regex.message);
  return (text, _pattern, limit) => {
    if (typeof text !== 'string') return new CelError('no such overload');
    if (name === 'matches') return matches(regex, text);
    return name === 'find' ? find(regex, text) : findAll(regex, text, limit);
  };
}
