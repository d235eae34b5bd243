import { BadUsage } from '../programs/options.ts';

export type TokenKind = 'number' | 'string' | 'regex' | 'name' | 'function' | 'builtin' | 'word' | 'sign' | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** Of a name that is called at once, the name. */
  readonly text: string;
  readonly line: number;
}

const WORDS: ReadonlySet<string> = new Set(
  (
    'BEGIN END function func if else while for do break continue next nextfile exit return delete in getline ' +
    'print printf'
  ).split(' '),
);
export const BUILTINS: ReadonlySet<string> = new Set(
  (
    'and atan2 close compl cos exp fflush gsub index int length log lshift match mktime or rand rshift sin split ' +
    'sprintf sqrt srand strftime sub substr system systime tolower toupper xor'
  ).split(' '),
);
/** Longer ones first. */
const SIGNS = (
  '**= && || ++ -- += -= *= /= %= ^= == <= >= != !~ >> ** ' + '{ } ( ) [ ] ; , + - * / % ^ ! < > | ? : ~ $ ='
).split(' ');
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  f: '\f',
  v: '\v',
  '\\': '\\',
  '"': '"',
  '/': '/',
};

/** Escapes of a string; those that mean nothing stay as they are, for patterns in strings. */
export function unescapeString(text: string): string {
  return text.replace(/\\([0-7]{1,3}|\n|[\s\S])/g, (whole, what: string) => {
    if (what === '\n') return '';
    if (/^[0-7]/.test(what)) return String.fromCharCode(Number.parseInt(what, 8) & 0xff);
    return ESCAPES[what] ?? whole;
  });
}

export function unexpected(line: number, what = 'Unexpected token'): BadUsage {
  return new BadUsage(`cmd. line:${line}: ${what}`);
}

/** Whether a slash after it divides. */
const isOperand = (token: Token | undefined): boolean =>
  token !== undefined &&
  (['number', 'string', 'regex', 'name', 'builtin'].includes(token.kind) ||
    (token.kind === 'sign' && [')', ']', '++', '--', '$'].includes(token.text)));

/** The tokens of a program; line feeds are signs. @throws BadUsage */
export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let line = 1;
  let at = 0;
  const put = (kind: TokenKind, text: string, length: number): void => {
    tokens.push({ kind, text, line });
    at += length;
  };
  while (at < source.length) {
    const rest = source.slice(at, at + 4096);
    const blank = /^(?:[ \t\r]+|\\\r?\n|#[^\n]*)/.exec(rest)?.[0];
    if (blank) {
      if (blank.startsWith('\\')) line++;
      at += blank.length;
      continue;
    }
    if (rest.startsWith('\n')) {
      put('sign', '\n', 1);
      line++;
      continue;
    }
    const number = /^(?:0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)/.exec(rest)?.[0];
    if (number) {
      put('number', number, number.length);
      continue;
    }
    const name = /^[A-Za-z_]\w*/.exec(rest)?.[0];
    if (name) {
      const isCall = source.charAt(at + name.length) === '(';
      const kind = WORDS.has(name) ? 'word' : BUILTINS.has(name) ? 'builtin' : isCall ? 'function' : 'name';
      put(kind, name === 'func' ? 'function' : name, name.length);
      continue;
    }
    if (rest.startsWith('"')) {
      const text = /^"((?:[^"\\\n]|\\[\s\S])*)"/.exec(source.slice(at))?.[1];
      if (text === undefined) throw unexpected(line, 'Unexpected end of string');
      put('string', unescapeString(text), text.length + 2);
      line += text.split('\n').length - 1;
      continue;
    }
    if (rest.startsWith('/') && !isOperand(tokens.at(-1))) {
      const text = /^\/((?:[^/\\\n[]|\\.|\[\^?\]?(?:[^\]\\\n]|\\.)*\])*)\//.exec(source.slice(at))?.[1];
      if (text === undefined) throw unexpected(line, 'Unterminated regex');
      put('regex', text.replaceAll('\\/', '/'), text.length + 2);
      continue;
    }
    const sign = SIGNS.find((each) => rest.startsWith(each));
    if (sign === undefined) throw unexpected(line);
    put('sign', sign.replace('**', '^'), sign.length);
  }
  tokens.push({ kind: 'end', text: '', line });
  return tokens;
}
