/** Cuts a Go template into text and the tokens of its actions. */

export interface Token {
  readonly kind: 'word' | 'field' | 'variable' | 'string' | 'number' | 'mark';
  readonly text: string;
  /** Whether blanks stand before it: `x .y` are two operands, `x.y` is one. */
  readonly spaced: boolean;
}

export type Piece = { readonly text: string } | { readonly tokens: readonly Token[] };

const ACTION =
  /\{\{(-(?=\s))?\s*(\/\*[\s\S]*?\*\/|(?:"(?:\\.|[^"\\])*"|`[^`]*`|'(?:\\.|[^'\\])*'|[^"`'])*?)\s*((?<=\s)-)?\}\}/g;
const NUMBER = /([+-]?(?:0x[\da-fA-F]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?))/;
const TEXT = /("(?:\\.|[^"\\])*"|`[^`]*`)|('(?:\\.|[^'\\])+')/;
const TOKEN = new RegExp(
  String.raw`(\s+)|${TEXT.source}|(\$\w*)|(\.[A-Za-z_]\w*)|${NUMBER.source}|([A-Za-z_]\w*)|(:=|[=|(),.])`,
  'gy',
);

function tokensOf(action: string): Token[] {
  const tokens: Token[] = [];
  let spaced = true;
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < action.length) {
    const at = TOKEN.lastIndex;
    const match = TOKEN.exec(action);
    if (!match) throw new Error(`unexpected ${JSON.stringify(action[at])} in {{${action}}}`);
    const [, blank, quoted, char, variable, field, number, word, mark] = match;
    if (blank !== undefined) {
      spaced = true;
      continue;
    }
    if (quoted !== undefined) tokens.push({ kind: 'string', text: unquoted(quoted), spaced });
    else if (char !== undefined) tokens.push({ kind: 'number', text: String(charCode(char)), spaced });
    else if (variable !== undefined) tokens.push({ kind: 'variable', text: variable, spaced });
    else if (field !== undefined) tokens.push({ kind: 'field', text: field.slice(1), spaced });
    else if (number !== undefined) tokens.push({ kind: 'number', text: number, spaced });
    else if (word !== undefined) tokens.push({ kind: 'word', text: word, spaced });
    else tokens.push({ kind: 'mark', text: mark ?? '', spaced });
    spaced = false;
  }
  return tokens;
}

function unquoted(text: string): string {
  if (text.startsWith('`')) return text.slice(1, -1);
  return JSON.parse(text.replaceAll(/\\([^"\\/bfnrtu])/g, '$1')) as string;
}

const charCode = (text: string): number => unquoted(`"${text.slice(1, -1)}"`).codePointAt(0) ?? 0;

/** @throws Error for what no Go template has */
export function piecesOf(source: string): Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  let trims = false;
  const text = (to: number, trimsEnd: boolean): void => {
    let part = source.slice(end, to);
    if (trims) part = part.trimStart();
    if (trimsEnd) part = part.trimEnd();
    if (part.includes('{{')) throw new Error('unclosed action');
    if (part !== '') pieces.push({ text: part });
  };
  for (const match of source.matchAll(ACTION)) {
    const [whole, before, action = '', after] = match;
    text(match.index, before !== undefined);
    end = match.index + whole.length;
    trims = after !== undefined;
    if (!action.startsWith('/*')) pieces.push({ tokens: tokensOf(action) });
  }
  text(source.length, false);
  return pieces;
}
