import type { Builtin } from './builtin.ts';
import { controlBuiltins } from './control.ts';
import { jobBuiltins } from './jobs.ts';
import { lookupBuiltins } from './lookup.ts';
import { readBuiltins } from './read.ts';
import { settingBuiltins } from './settings.ts';
import { variableBuiltins } from './variables.ts';

/** All that the shell does itself, besides its language. */
export const builtins: ReadonlyMap<string, Builtin> = new Map(
  [controlBuiltins, jobBuiltins, lookupBuiltins, readBuiltins, settingBuiltins, variableBuiltins].flatMap((table) =>
    Object.entries(table),
  ),
);

/** Programs that run in the shell's own process. */
export const inProcess: ReadonlySet<string> = new Set(['[', 'echo', 'false', 'kill', 'printf', 'pwd', 'test', 'true']);

const SPECIAL = new Set([
  '.',
  ':',
  'break',
  'continue',
  'eval',
  'exec',
  'exit',
  'export',
  'readonly',
  'return',
  'set',
  'shift',
  'source',
  'times',
  'trap',
  'unset',
]);

/** Builtins whose variable assignments stay. */
export const isSpecial = (name: string): boolean => SPECIAL.has(name);
