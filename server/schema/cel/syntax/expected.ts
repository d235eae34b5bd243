import type { Token } from './lexer.ts';

/** What may stand where, as ANTLR lists it in its messages. */

const START = ["'['", "'{'", "'('", "'.'", "'-'", "'!'"];
const CONSTANTS = ["'true'", "'false'", "'null'"];
const LITERALS = ['NUM_FLOAT', 'NUM_INT', 'NUM_UINT', 'STRING', 'BYTES', 'IDENTIFIER'];
/** What may begin an expression, as ANTLR lists it. */
export const EXPRESSION = [...START, ...CONSTANTS, ...LITERALS];
export const OPTIONAL_EXPRESSION = [...START, "'?'", ...CONSTANTS, ...LITERALS];
export const ARGUMENTS = ["'['", "'{'", "'('", "')'", "'.'", "'-'", "'!'", ...CONSTANTS, ...LITERALS];
export const ELEMENTS = ["'['", "']'", "'{'", "'('", "'.'", "','", "'-'", "'!'", "'?'", ...CONSTANTS, ...LITERALS];
export const ENTRIES = ["'['", "'{'", "'}'", "'('", "'.'", "','", "'-'", "'!'", "'?'", ...CONSTANTS, ...LITERALS];
export const FIELDS = ["'}'", "','", "'?'", 'IDENTIFIER', 'ESC_IDENTIFIER'];

/** A number that a minus sign may belong to. */
export function isNumber(token: Token): boolean {
  return token.type === 'NUM_INT' || token.type === 'NUM_FLOAT';
}

/** Whether an expression may begin with a token. */
export function begins(token: Token): boolean {
  if (token.type === 'EOF' || token.type === 'ESC_IDENTIFIER') return false;
  return token.type !== 'SYMBOL' || /^(?:[[{(.\-!]|true|false|null)$/.test(token.text);
}
