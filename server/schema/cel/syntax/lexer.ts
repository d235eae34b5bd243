import type { Source } from './source.ts';

export type TokenType =
  | 'EOF'
  | 'IDENTIFIER'
  | 'ESC_IDENTIFIER'
  | 'NUM_INT'
  | 'NUM_UINT'
  | 'NUM_FLOAT'
  | 'STRING'
  | 'BYTES'
  /** Operators, brackets and the words `in`, `true`, `false`, `null` are tokens of their own: the type is the text. */
  | 'SYMBOL';

export interface Token {
  readonly type: TokenType;
  readonly text: string;
  /** In UTF-16 units. */
  readonly start: number;
  readonly end: number;
}

const SPACE = /(?:[\t \r\n\f]|\/\/[^\n]*)+/y;
const NUMBER = /(?:\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|0x[\da-fA-F]+[uU]?|\d+[uU]?/y;
const WORD = /[A-Za-z_][A-Za-z\d_]*/y;
const ESCAPED_WORD = /`[A-Za-z\d_.\-/ ]+`/y;
const ESCAPED_WORD_START = /`[A-Za-z\d_.\-/ ]*/y;
const SYMBOL = /==|!=|<=|>=|&&|\|\||[[\]{}().,\-!?:+*/%<>]/y;
const KEYWORDS: ReadonlySet<string> = new Set(['in', 'true', 'false', 'null']);
const STRING_START = /(?:[bB]?[rR]?)(?="|')/y;
const ESCAPE = /\\(?:[abfnrtv"'\\?`]|[0-3][0-7][0-7]|[xX][\da-fA-F]{2}|u[\da-fA-F]{4}|U[\da-fA-F]{8})/y;
/** How far an escape sequence goes before the character that breaks it. */
const ESCAPE_PREFIX = /\\(?:[0-3][0-7]?|[xX][\da-fA-F]?|u[\da-fA-F]{0,3}|U[\da-fA-F]{0,7})?/y;

/** The tokens of an expression; what is no token is reported, as ANTLR words it, and left out. */
export function tokenize(source: Source): Token[] {
  const { text } = source;
  const tokens: Token[] = [];
  let at = 0;
  while (true) {
    at += lengthOf(SPACE, text, at);
    if (at >= text.length) break;
    const found = tokenAt(text, at);
    if (typeof found === 'number') {
      source.report(at, `Syntax error: token recognition error at: '${visible(text.slice(at, found))}'`);
      at = found;
    } else {
      tokens.push(found);
      at = found.end;
    }
  }
  tokens.push({ type: 'EOF', text: '<EOF>', start: text.length, end: text.length });
  return tokens;
}

/** The text of a token inside of a message. */
export function visible(text: string): string {
  return text.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t');
}

/** The token at a position, or where to go on after what is none. */
function tokenAt(text: string, at: number): Token | number {
  const string = stringAt(text, at);
  if (string !== undefined) return string;
  const word = lengthOf(WORD, text, at);
  if (word > 0) {
    const name = text.slice(at, at + word);
    return token(KEYWORDS.has(name) ? 'SYMBOL' : 'IDENTIFIER', text, at, at + word);
  }
  const number = lengthOf(NUMBER, text, at);
  if (number > 0) return token(numberType(text.slice(at, at + number)), text, at, at + number);
  if (text[at] === '`') {
    const escaped = lengthOf(ESCAPED_WORD, text, at);
    if (escaped > 0) return token('ESC_IDENTIFIER', text, at, at + escaped);
    return afterBroken(text, at + lengthOf(ESCAPED_WORD_START, text, at));
  }
  const symbol = lengthOf(SYMBOL, text, at);
  if (symbol > 0) return token('SYMBOL', text, at, at + symbol);
  return afterBroken(text, '=&|'.includes(text[at] ?? '') ? at + 1 : at);
}

function numberType(text: string): TokenType {
  if (/[uU]$/.test(text)) return 'NUM_UINT';
  return text.startsWith('0x') || /^\d+$/.test(text) ? 'NUM_INT' : 'NUM_FLOAT';
}

function stringAt(text: string, at: number): Token | number | undefined {
  STRING_START.lastIndex = at;
  const prefix = STRING_START.exec(text)?.[0];
  if (prefix === undefined) return undefined;
  const type = /^[bB]/.test(prefix) ? 'BYTES' : 'STRING';
  const raw = /[rR]$/.test(prefix);
  const quoteAt = at + prefix.length;
  const quote = text[quoteAt] ?? '';
  if (text.startsWith(quote.repeat(3), quoteAt)) {
    const end = closingTriple(text, quoteAt + 3, quote.repeat(3), raw);
    if (end.closed) return token(type, text, at, end.at);
  }
  const end = closingQuote(text, quoteAt + 1, quote, raw);
  if (end.closed) return token(type, text, at, end.at);
  if (prefix === '') return afterBroken(text, end.at);
  // The prefix alone is a name.
  return undefined;
}

interface Closing {
  readonly closed: boolean;
  /** After the closing quote, or at the character that cannot stand in the string. */
  readonly at: number;
}

function closingQuote(text: string, from: number, quote: string, raw: boolean): Closing {
  let at = from;
  while (at < text.length) {
    const character = text[at];
    if (character === quote) return { closed: true, at: at + 1 };
    if (character === '\n' || character === '\r') return { closed: false, at };
    if (character === '\\' && !raw) {
      const width = lengthOf(ESCAPE, text, at);
      if (width === 0) return { closed: false, at: at + lengthOf(ESCAPE_PREFIX, text, at) };
      at += width;
    } else at += 1;
  }
  return { closed: false, at };
}

function closingTriple(text: string, from: number, quotes: string, raw: boolean): Closing {
  let at = from;
  while (at < text.length) {
    if (text.startsWith(quotes, at)) return { closed: true, at: at + 3 };
    const width = raw || text[at] !== '\\' ? 1 : lengthOf(ESCAPE, text, at);
    if (width === 0) return { closed: false, at };
    at += width;
  }
  return { closed: false, at };
}

/** ANTLR gives up what it read so far together with the character at which nothing matched any more. */
function afterBroken(text: string, at: number): number {
  return at >= text.length ? text.length : at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

function token(type: TokenType, text: string, start: number, end: number): Token {
  return { type, text: text.slice(start, end), start, end };
}

function lengthOf(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
