/**
 * Commands that only wait and end, silently: `true`, `false`, `sleep` and, in shells, `exit`. How they end is known
 * when they begin, so that thousands of containers that do no more need no process.
 */

/** How a command ends. Infinity for one that does not. */
export interface CommandEnd {
  readonly exitCode: number;
  readonly afterMs: number;
}

const SHELLS = new Set(['sh', 'bash', 'ash', 'dash']);
const UNIT_MS: Readonly<Record<string, number>> = { '': 1000, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** What a script may be made of: variables, pipes, redirections and the rest of a shell's language are not known. */
const QUOTED = /'[^']*'|"[^"$`\\]*"/g;
const BEYOND = /[$`|&<>(){}\\*?#!'"]/;

/** @returns undefined for a command that is not known */
export function endOfCommand(words: readonly string[]): CommandEnd | undefined {
  const [program = '', ...rest] = words;
  const name = program.slice(program.lastIndexOf('/') + 1);
  if (SHELLS.has(name)) {
    const [flag = '', script, ...more] = rest;
    return /^-[a-z]*c$/.test(flag) && script !== undefined && more.length === 0
      ? endOfScript(script, flag.includes('e'))
      : undefined;
  }
  return endOfProgram(name, rest);
}

function endOfProgram(name: string, rest: readonly string[]): CommandEnd | undefined {
  if (name === 'true' || name === ':') return { exitCode: 0, afterMs: 0 };
  if (name === 'false') return { exitCode: 1, afterMs: 0 };
  if (name !== 'sleep' || rest.length === 0) return undefined;
  let afterMs = 0;
  for (const word of rest) {
    if (/^inf(inity)?$/.test(word)) afterMs = Number.POSITIVE_INFINITY;
    const [, amount, unit = ''] = /^(\d+(?:\.\d+)?|\.\d+)([smhd]?)$/.exec(word) ?? [];
    if (amount !== undefined) afterMs += Number(amount) * (UNIT_MS[unit] ?? 0);
    else if (afterMs !== Number.POSITIVE_INFINITY) return undefined;
  }
  return { exitCode: 0, afterMs };
}

/** Commands joined by `;`, `&&`, `||` and ends of lines, from left to right. */
function endOfScript(script: string, endsAtFailure: boolean): CommandEnd | undefined {
  const parts = script.replace(QUOTED, 'text').split(/(&&|\|\||;|\n)/);
  let [exitCode, afterMs] = [0, 0];
  for (let i = 0; i < parts.length; i += 2) {
    const words = (parts[i] ?? '').trim().split(/\s+/);
    const joint = parts[i - 1];
    if (BEYOND.test(parts[i] ?? '')) return undefined;
    if (words[0] === '' || (joint === '&&' && exitCode !== 0) || (joint === '||' && exitCode === 0)) continue;
    if (words[0] === 'set' && words[1] === '-e') {
      endsAtFailure = true;
      continue;
    }
    if (words[0] === 'exit') return exitOf(words, exitCode, afterMs);
    const end = endOfCommand(words);
    if (!end) return undefined;
    exitCode = end.exitCode;
    afterMs += end.afterMs;
    const isTested = parts[i + 1] === '&&' || parts[i + 1] === '||';
    if (endsAtFailure && exitCode !== 0 && !isTested) break;
  }
  return { exitCode, afterMs };
}

function exitOf([, code]: readonly string[], lastCode: number, afterMs: number): CommandEnd | undefined {
  if (code === undefined) return { exitCode: lastCode, afterMs };
  return /^\d+$/.test(code) ? { exitCode: Number(code) & 255, afterMs } : undefined;
}
