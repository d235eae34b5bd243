import type { ParameterExpansionPart, ParameterOperation, Word } from 'unbash';
import { type ArithmeticContext, evaluateText } from './arithmetic.ts';
import { ShellError } from './control-flow.ts';
import type { Fields } from './fields.ts';
import { replaced, without } from './pattern.ts';
import type { Shell } from './shell.ts';
import { OPTION_LETTERS } from './shell-state.ts';

/** `$x`, `$1`, `$?` and all that stands between the braces of `${…}`. */

const LETTERS = Object.entries(OPTION_LETTERS);

/** The value of a variable or a special parameter; undefined when it is not set. */
export function parameterValue({ state, process }: Shell, name: string): string | undefined {
  if (/^[0-9]+$/.test(name)) return name === '0' ? state.name : state.positional[Number(name) - 1];
  switch (name) {
    case '?':
      return String(state.status);
    case '#':
      return String(state.positional.length);
    case '$':
      return String(state.shellPid);
    case '!':
      return state.lastBackground === undefined ? undefined : String(state.lastBackground);
    case '-':
      return LETTERS.filter(([, option]) => state.options.has(option))
        .map(([letter]) => letter)
        .join('');
    case '@':
      return state.positional.length === 0 ? undefined : state.positional.join(' ');
    case '*': {
      const separator = state.variables.has('IFS') ? (state.get('IFS') ?? '').charAt(0) : ' ';
      return state.positional.length === 0 ? undefined : state.positional.join(separator);
    }
    case 'RANDOM':
      return state.variables.has(name) ? String(Math.floor(process.machine.random.fraction() * 32_768)) : undefined;
    case 'LINENO':
      return String(state.line);
    default:
      return state.get(name);
  }
}

/** How the words inside the braces are expanded. */
export interface InnerWords {
  text(word: Word): Promise<string>;
  pattern(word: Word): Promise<string>;
  add(fields: Fields, word: Word): Promise<void>;
  readonly arithmetic: ArithmeticContext;
}

/** Adds what `${…}` gives. */
export async function expandParameter(
  shell: Shell,
  words: InnerWords,
  fields: Fields,
  part: ParameterExpansionPart,
  isQuoted: boolean,
): Promise<void> {
  const { operation } = part;
  let name = part.parameter;
  if (part.index || operation?.type === 'Transform' || operation?.type === 'Names' || operation?.type === 'Unknown')
    throw new ShellError('syntax error: bad substitution');
  if (part.prefix === '#' && !operation) {
    const value = name === '@' || name === '*' ? String(shell.state.positional.length) : undefined;
    add(fields, value ?? String(wanted(shell, name).length), isQuoted);
    return;
  }
  if (part.prefix === '!') name = wanted(shell, name);
  if (!operation) addParameter(shell, fields, name, isQuoted);
  else if (operation.type === 'Default') await addDefault(shell, words, fields, name, operation, isQuoted);
  else add(fields, await changed(shell, words, wanted(shell, name), operation), isQuoted);
}

function add(fields: Fields, text: string, isQuoted: boolean): void {
  if (isQuoted) fields.addQuoted(text);
  else fields.addExpanded(text);
}

/** A parameter as it is. */
export function addParameter(shell: Shell, fields: Fields, name: string, isQuoted: boolean): void {
  const { positional } = shell.state;
  if (name === '@' || (name === '*' && !isQuoted)) {
    positional.forEach((text, i) => {
      if (i > 0) fields.join();
      add(fields, text, isQuoted);
    });
    return;
  }
  const value = parameterValue(shell, name);
  if (value === undefined && shell.state.options.has('nounset')) throw new ShellError(`${name}: parameter not set`);
  add(fields, value ?? '', isQuoted);
}

function wanted(shell: Shell, name: string): string {
  const value = parameterValue(shell, name);
  if (value === undefined && name !== '@' && name !== '*' && shell.state.options.has('nounset'))
    throw new ShellError(`${name}: parameter not set`);
  return value ?? '';
}

async function addDefault(
  shell: Shell,
  words: InnerWords,
  fields: Fields,
  name: string,
  { operator, operand }: Extract<ParameterOperation, { readonly type: 'Default' }>,
  isQuoted: boolean,
): Promise<void> {
  const value = parameterValue(shell, name);
  const isMissing = value === undefined || (operator.startsWith(':') && value === '');
  const kind = operator.at(-1);
  if (kind === '+' ? isMissing : !isMissing) {
    if (kind !== '+') addParameter(shell, fields, name, isQuoted);
    return;
  }
  if (kind === '?') {
    const text = await words.text(operand);
    throw new ShellError(`${name}: ${text || 'parameter not set'}`);
  }
  if (kind === '=') {
    const text = await words.text(operand);
    shell.setVariable(name, text);
    add(fields, text, isQuoted);
  } else if (isQuoted) fields.addQuoted(await words.text(operand));
  else if (operand.parts || operand.text !== operand.value || operand.text.startsWith('~'))
    await words.add(fields, operand);
  else fields.addExpanded(operand.value);
}

async function changed(
  shell: Shell,
  words: InnerWords,
  value: string,
  operation: Exclude<ParameterOperation, { readonly type: 'Default' }>,
): Promise<string> {
  const { process } = shell;
  switch (operation.type) {
    case 'Remove': {
      const pattern = await words.pattern(operation.operand);
      const fromEnd = operation.operator.startsWith('%');
      return without(process, value, pattern, { fromEnd, longest: operation.operator.length === 2 });
    }
    case 'Replace': {
      const pattern = await words.pattern(operation.pattern);
      const text = await words.text(operation.replacement);
      return replaced(process, value, pattern, text, operation.operator);
    }
    case 'Slice':
      return sliced(words, value, operation);
    case 'CaseModification':
      return inCase(value, operation.operator);
    default:
      throw new ShellError('syntax error: bad substitution');
  }
}

async function sliced(
  words: InnerWords,
  value: string,
  { offset, length }: Extract<ParameterOperation, { readonly type: 'Slice' }>,
): Promise<string> {
  const numberOf = async (word: typeof offset): Promise<number> =>
    Number(await evaluateText(await words.text(word), words.arithmetic));
  const from = await numberOf(offset);
  const start = from < 0 ? Math.max(0, value.length + from) : from;
  if (!length) return value.slice(start);
  const count = await numberOf(length);
  return count < 0 ? value.slice(start, value.length + count) : value.slice(start, start + count);
}

function inCase(value: string, operator: '^' | '^^' | ',' | ',,'): string {
  const change = (text: string): string =>
    operator.startsWith('^')
      ? text.replace(/[a-z]+/g, (part) => part.toUpperCase())
      : text.replace(/[A-Z]+/g, (part) => part.toLowerCase());
  return operator.length === 2 ? change(value) : change(value.charAt(0)) + value.slice(1);
}
