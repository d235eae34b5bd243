/** References to variables: k8s.io/kubernetes/third_party/forked/golang/expansion. */
import type { AnyContainer } from '../pod-runtime.ts';

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

/** The command and the arguments of a container, with the values of its variables. */
export function expandCommand(
  { command = [], args = [] }: AnyContainer,
  environment: ReadonlyMap<string, string>,
): { readonly command: readonly string[]; readonly args: readonly string[] } {
  const expanded = (words: readonly string[]): string[] =>
    words.map((word) => expand(word, (name) => environment.get(name)));
  return { command: expanded(command), args: expanded(args) };
}
