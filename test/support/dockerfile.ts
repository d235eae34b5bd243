import { readFileSync } from 'node:fs';

/** One line of a Dockerfile, continued lines joined: `COPY` and what follows it. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** Everything from one FROM to the next. */
export interface Stage {
  readonly name: string;
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

/** The stages of a Dockerfile, in order. */
export function parseDockerfile(text: string): Stage[] {
  const lines = text
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line))
    .join('\n')
    .replaceAll(/\\\n\s*/g, '')
    .split('\n');
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const line of lines) {
    const [, name = '', rest = ''] = /^(\w+)\s+(.*)$/.exec(line) ?? [];
    const from = name === 'FROM' ? /^(\S+)(?:\s+AS\s+(\S+))?$/i.exec(rest) : null;
    if (from) stages.push({ name: from[2] ?? '', base: from[1] ?? '', instructions: [] });
    else stages.at(-1)?.instructions.push({ name, rest });
  }
  return stages;
}

/** The last instruction of a name, as in an image: the last one counts. */
export function last({ instructions }: Stage, name: string): string {
  return instructions.findLast((instruction) => instruction.name === name)?.rest ?? '';
}

/** `["node", "x"]` as a list. @throws Error for the shell form, which gives signals to a shell */
export function execForm(text: string): string[] {
  if (!text.startsWith('[')) throw new Error(`${text} is not in exec form: a shell would get the signals`);
  return JSON.parse(text) as string[];
}

/** The variables of all ENV instructions. */
export function environmentOf({ instructions }: Stage): Record<string, string> {
  const pairs = instructions.filter(({ name }) => name === 'ENV').flatMap(({ rest }) => rest.split(/\s+/));
  return Object.fromEntries(pairs.map((pair) => pair.split(/=(.*)/s).slice(0, 2) as [string, string]));
}

/** Whether `.dockerignore` keeps a path of the repository away from the engine. */
export function ignoredByDocker(): (path: string) => boolean {
  const patterns = readFileSync('.dockerignore', 'utf8')
    .split('\n')
    .filter((line) => !/^\s*(#|$)/.test(line));
  const expressions = patterns.map((pattern) => {
    const source = pattern.replaceAll('.', '\\.').replaceAll('*', '[^/]*');
    return new RegExp(`^${source}(/|$)`);
  });
  return (path) => expressions.some((expression) => expression.test(path));
}
