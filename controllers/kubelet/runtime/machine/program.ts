import type { Process } from './process.ts';

/**
 * A program: what it does with a process, and the code that it ends with. `name` stands before its complaints. It
 * waits for nothing but through the process, so that it can be ended at any time.
 */
export type Program = (process: Process, args: readonly string[], name: string) => Promise<number> | number;

export type ProgramTable = ReadonlyMap<string, Program>;

/** What runs in the place of a program that nobody has, by its name; undefined: there is no such program. */
export type StandIn = (name: string) => Program | undefined;
