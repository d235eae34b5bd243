import { readFileSync } from 'node:fs';

/** The cases of a golden file: what a real server answered (see test/golden/record). */
export function golden<Case>(file: string): Case[] {
  const { cases } = JSON.parse(readFileSync(`test/golden/${file}`, 'utf8')) as { cases: Case[] };
  return cases;
}

/** What `run` returns under `name`, or the message of what it throws: the form in which cases are recorded. */
export function outcome<Name extends string>(
  name: Name,
  run: () => unknown,
): Record<Name, unknown> | { message: string } {
  try {
    return { [name]: run() } as Record<Name, unknown>;
  } catch (error) {
    return { message: (error as Error).message };
  }
}
