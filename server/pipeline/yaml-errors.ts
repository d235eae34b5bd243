/** go-yaml's words for what the library's parser found. */
import type { YAMLError } from 'yaml';

/**
 * Errors of go-yaml's scanner count lines from 1 and those of its parser from 0; a key without a colon is noticed in
 * the line after it.
 */
const FROM_SCANNER = 0;
const FROM_PARSER = -1;
const NEXT_LINE = 1;

const MESSAGES: readonly [pattern: RegExp, words: string, shift: number][] = [
  [/^Unexpected block-seq-ind/, 'block sequence entries are not allowed in this context', FROM_SCANNER],
  [/^(Alias|Anchor) cannot be an empty/, 'did not find expected alphabetic or numeric character', FROM_SCANNER],
  [/^Plain value cannot start with|^Tabs are not/, 'found character that cannot start any token', FROM_SCANNER],
  [/^Missing closing /, 'found unexpected end of stream', FROM_SCANNER],
  [/^Invalid escape sequence \\[xuU]/, 'did not find expected hexdecimal number', FROM_SCANNER],
  [/^Invalid escape sequence/, 'found unknown escape character', FROM_SCANNER],
  [/^Implicit map keys need to be followed/, "could not find expected ':'", NEXT_LINE],
  [/^Flow map/, "did not find expected ',' or '}'", FROM_PARSER],
  [/^Flow seq/, "did not find expected ',' or ']'", FROM_PARSER],
  [/^Unexpected flow-(map|seq)-end|^Unexpected , in flow/, 'did not find expected node content', FROM_PARSER],
  [/^All mapping items must start/, 'did not find expected key', FROM_PARSER],
  [/^All sequence items must start/, "did not find expected '-' indicator", FROM_PARSER],
];

/** A collection that ends with the text where an element should begin. */
const UNFINISHED = /[{[,]\s*$/;

/** The message of an error, with the line where go-yaml has one: it never tells the first. */
export function goYamlMessage({ code, message, pos }: YAMLError, text: string): string {
  if (/^Flow (map|seq)/.test(message) && UNFINISHED.test(text))
    return `yaml: line ${text.trimEnd().split('\n').length}: did not find expected node content`;
  const line = text.slice(0, pos[0]).split('\n').length;
  const [, words, shift] = MESSAGES.find(([pattern]) => pattern.test(message)) ?? [undefined, message, FROM_SCANNER];
  const told = code === 'BLOCK_AS_IMPLICIT_KEY' ? 'mapping values are not allowed in this context' : words;
  return line === 1 ? `yaml: ${told}` : `yaml: line ${line + shift}: ${told}`;
}
