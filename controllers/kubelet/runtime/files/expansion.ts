/** References to variables: k8s.io/kubernetes/third_party/forked/golang/expansion. */
import { getOwn } from '../../../../server/base/freeze.ts';

const REFERENCE = /\$(?:\$|\(([^)]*)\))/g;

/**
 * Replaces `$(NAME)`. `$$` stands for a dollar; what has no value stays as it is.
 *
 * @example
 * expand('$(HOST):80 $$(HOST)', (name) => variables.get(name)) // 'db:80 $(HOST)'
 */
export function expand(text: string, lookUp: (name: string) => string | undefined): string {
  if (!text.includes('$')) return text;
  return text.replace(REFERENCE, (found, name: string | undefined) =>
    name === undefined ? '$' : (lookUp(name) ?? found),
  );
}

/** The words of a command, with the values of a container's variables. */
export function expandCommand(words: readonly string[], variables: Readonly<Record<string, string>>): string[] {
  return words.map((word) => expand(word, (name) => getOwn(variables, name)));
}
