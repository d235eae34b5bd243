/** Files with variables, in a narrow part of the shell's syntax: k8s.io/kubernetes/pkg/kubelet/util/env. */

/** Says no more than upstream tells users: what is wrong with such a file stays on the node. */
export class EnvFileProblem extends Error {}

const QUOTE = "'";

/**
 * The value of `key` in a file of lines like `KEY='value'`. Values may span lines; nothing in them is expanded.
 *
 * @returns undefined when no line has the key, or it has no value
 * @throws EnvFileProblem for a line that is read on the way and is none of these
 */
export function valueInEnvFile(text: string, key: string): string | undefined {
  // The last line may lack its end.
  const lines = text.replace(/\n$/, '').split('\n');
  for (let line = lines.shift(); line !== undefined; line = lines.shift()) {
    const content = line.replace(/\r$/, '').replace(/^[ \t]+/, '');
    if (content === '' || content.startsWith('#')) continue;
    const [, name, rest = ''] = /^([^=]*[^= \t])=(.*)$/.exec(content) ?? [];
    if (name === undefined) throw new EnvFileProblem(`no variable in ${content}`);
    // As in a shell, a blank ends the assignment.
    if (/^[ \t]/.test(rest)) {
      if (name === key) return undefined;
      continue;
    }
    if (!rest.startsWith(QUOTE)) throw new EnvFileProblem(`the value of ${name} is not quoted`);
    const value = quoted(rest.slice(1), lines);
    if (name === key) return value === '' ? undefined : value;
  }
  return undefined;
}

/** Up to the closing quote, which may be lines below. */
function quoted(begin: string, lines: string[]): string {
  let value = '';
  for (let rest: string | undefined = begin; rest !== undefined; rest = lines.shift()?.replace(/\r$/, '')) {
    const end = rest.indexOf(QUOTE);
    if (end < 0) {
      value += `${rest}\n`;
      continue;
    }
    if (!/^[ \t]*(#|$)/.test(rest.slice(end + 1))) throw new EnvFileProblem('something follows a value');
    return value + rest.slice(0, end);
  }
  throw new EnvFileProblem('a quote is not closed');
}
