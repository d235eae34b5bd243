import type { ArithmeticWord, DoubleQuotedChild, HereDocBody, Word, WordPart } from 'unbash';
import { type ArithmeticContext, evaluate } from './arithmetic.ts';
import { ShellError } from './control-flow.ts';
import { Fields } from './fields.ts';
import { glob } from './glob.ts';
import { addParameter, expandParameter, type InnerWords, parameterValue } from './parameters.ts';
import { literalPattern } from './pattern.ts';
import type { Shell } from './shell.ts';

/** Words to fields: parameters, commands, arithmetic, splitting, wildcards and quotes, in the order that POSIX says. */

/** What words of a command become. */
export async function expandWords(shell: Shell, words: readonly Word[]): Promise<string[]> {
  const result: string[] = [];
  for (const word of words) {
    if (!word.parts && !word.text.startsWith('~')) result.push(word.value);
    else result.push(...(await expandFields(shell, word)));
  }
  const { textsLength } = shell.process.machine.limits;
  let length = 0;
  for (const text of result) length += text.length;
  if (length > textsLength) throw new ShellError('Argument list too long');
  return result;
}

async function expandFields(shell: Shell, word: Word): Promise<string[]> {
  const fields = newFields(shell, true);
  await addWord(shell, fields, word);
  const result: string[] = [];
  for (const { text, pattern, hasWildcards } of fields.finish()) {
    const useGlob = hasWildcards && !shell.state.options.has('noglob');
    const paths = useGlob ? await glob(shell.process, pattern, shell.process.machine.limits.inodes) : [];
    if (paths.length > 0) result.push(...paths);
    else result.push(text);
  }
  return result;
}

/** One text, neither split nor matched with files: values of variables, targets of redirections. */
export async function expandText(shell: Shell, word: Word): Promise<string> {
  if (!word.parts && !word.text.startsWith('~')) return word.value;
  const fields = newFields(shell, false);
  await addWord(shell, fields, word);
  return fields.finish()[0]?.text ?? '';
}

/** The value of an assignment: a tilde counts after every colon. */
export async function expandValue(shell: Shell, word: Word): Promise<string> {
  const text = await expandText(shell, word);
  if (word.parts || !word.text.includes(':~')) return text;
  const home = shell.state.get('HOME') ?? '';
  return text.replace(/:~(?=[:/]|$)/g, () => `:${home}`);
}

/** A pattern, in which quoted parts stand for themselves. */
export async function expandPattern(shell: Shell, word: Word): Promise<string> {
  if (!word.parts) return literalPattern(word.value);
  const fields = newFields(shell, false);
  await addWord(shell, fields, word);
  return fields.finish()[0]?.pattern ?? '';
}

/** The text of a here-document. @param isIndented tabs at the beginnings of lines do not count: `<<-` */
export async function expandHereDoc(
  shell: Shell,
  body: HereDocBody,
  { isQuoted, isIndented }: { readonly isQuoted: boolean; readonly isIndented: boolean },
): Promise<string> {
  const trimmed = (text: string, startsLine: boolean): string =>
    isIndented ? text.replace(startsLine ? /(^|\n)\t+/g : /(\n)\t+/g, '$1') : text;
  const given = isQuoted ? undefined : body.parts;
  const text = trimmed(body.text, true);
  if (!given) return isQuoted || !text.includes('\\') ? text : text.replace(/\\([$`\\]|\n)/g, withoutBackslash);
  const parts = given.map((part, i) =>
    part.type === 'Literal' ? { ...part, value: trimmed(part.value, i === 0) } : part,
  );
  const fields = newFields(shell, false);
  await addQuotedParts(shell, fields, parts as readonly DoubleQuotedChild[]);
  return fields.finish()[0]?.text ?? '';
}

const withoutBackslash = (_: string, char: string): string => (char === '\n' ? '' : char);

function newFields(shell: Shell, splits: boolean): Fields {
  const separators = shell.state.variables.has('IFS') ? (shell.state.get('IFS') ?? '') : ' \t\n';
  return new Fields(splits, separators, shell.process.machine.limits.textLength, () => {
    throw new ShellError('word too long');
  });
}

/** Adds a word's parts to fields that are being gathered. */
export async function addWord(shell: Shell, fields: Fields, word: Word): Promise<void> {
  const pause = shell.process.step();
  if (pause) await pause;
  if (!word.parts) {
    const tilde = tildeOf(shell, word.text);
    if (tilde) fields.addQuoted(tilde.home + tilde.rest);
    else if (word.text !== '') fields.addQuoted(word.value);
    return;
  }
  let isFirst = true;
  for (const part of word.parts) {
    await addPart(shell, fields, part, isFirst);
    isFirst = false;
  }
}

function tildeOf(shell: Shell, text: string): { readonly home: string; readonly rest: string } | undefined {
  const [, user, rest = ''] = /^~([a-z]*)(\/.*|$)/s.exec(text) ?? [];
  if (user === undefined) return undefined;
  const home = user === '' ? shell.state.get('HOME') : user === 'root' ? '/root' : undefined;
  return home === undefined ? undefined : { home, rest };
}

async function addPart(shell: Shell, fields: Fields, part: WordPart, isFirst: boolean): Promise<void> {
  switch (part.type) {
    case 'Literal': {
      const tilde = isFirst ? tildeOf(shell, part.text) : undefined;
      fields.addQuoted(tilde ? tilde.home + tilde.rest : part.value);
      return;
    }
    case 'SingleQuoted':
    case 'AnsiCQuoted':
      fields.addQuoted(part.value);
      return;
    case 'DoubleQuoted':
    case 'LocaleString':
      await addQuotedParts(shell, fields, part.parts);
      return;
    case 'Glob':
      if (part.kind === 'bracket') await addBracket(shell, fields, part.parts);
      else fields.addWildcard(part.text);
      return;
    case 'BraceExpansion':
    case 'ExtendedGlob':
      fields.addQuoted(part.text);
      return;
    case 'ProcessSubstitution':
      throw new ShellError(`syntax error: unexpected "("`);
    default:
      await addExpansion(shell, fields, part, false);
  }
}

/** `[…]` may hold quotes and expansions. */
async function addBracket(shell: Shell, fields: Fields, parts: readonly WordPart[]): Promise<void> {
  fields.addWildcard('[');
  for (const part of parts) {
    if (part.type === 'Literal') fields.addWildcard(part.text);
    else await addPart(shell, fields, part, false);
  }
  fields.addWildcard(']');
}

async function addQuotedParts(shell: Shell, fields: Fields, parts: readonly DoubleQuotedChild[]): Promise<void> {
  // "$@" without parameters is no field at all, not even an empty one.
  const [only] = parts;
  const isAll = parts.length === 1 && only && /^\$(@|\{@\})$/.test(only.text);
  if (!isAll) fields.addQuoted('');
  for (const part of parts) {
    if (part.type === 'Literal') fields.addQuoted(part.value);
    else await addExpansion(shell, fields, part, true);
  }
}

type Expansion = Exclude<DoubleQuotedChild, { readonly type: 'Literal' }>;

async function addExpansion(shell: Shell, fields: Fields, part: Expansion, isQuoted: boolean): Promise<void> {
  const add = (text: string): void => (isQuoted ? fields.addQuoted(text) : fields.addExpanded(text));
  switch (part.type) {
    case 'SimpleExpansion':
      return addParameter(shell, fields, part.text.slice(1), isQuoted);
    case 'ParameterExpansion':
      return expandParameter(shell, innerWords(shell), fields, part, isQuoted);
    case 'CommandExpansion':
      if (part.script) add(await shell.substitute(part.script));
      return;
    case 'ArithmeticExpansion':
      if (!part.expression && part.text.slice(3, -2).trim() !== '') throw new ShellError('arithmetic syntax error');
      add(String(await evaluate(part.expression, arithmeticContext(shell))));
  }
}

/** How words inside the braces of a parameter are expanded. */
const innerWords = (shell: Shell): InnerWords => ({
  text: (word) => expandText(shell, word),
  pattern: (word) => expandPattern(shell, word),
  add: (fields, word) => addWord(shell, fields, word),
  arithmetic: arithmeticContext(shell),
});

/** What arithmetic reads and writes: the shell's variables. */
export function arithmeticContext(shell: Shell): ArithmeticContext {
  return {
    get: (name) => parameterValue(shell, name),
    set: (name, value) => shell.setVariable(name, value),
    expand: async (word: ArithmeticWord) => {
      const fields = newFields(shell, false);
      for (const part of word.parts ?? []) await addPart(shell, fields, part, false);
      return word.parts ? (fields.finish()[0]?.text ?? '') : word.value;
    },
    substitute: (text) => shell.substituteText(text),
  };
}
