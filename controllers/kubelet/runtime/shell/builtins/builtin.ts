import type { Shell } from '../shell.ts';

/** A command of the shell itself. */
export type Builtin = (shell: Shell, args: readonly string[]) => Promise<number> | number;
