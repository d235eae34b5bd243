import { forEachChild, type HereDoc, type ParsedScript, parse, type Script, type SyntaxNode } from 'unbash';

/** What a text is: a script, the beginning of one, or nothing that a shell understands. */
export type Parsed =
  | { readonly kind: 'script'; readonly script: ParsedScript }
  | {
      readonly kind: 'unfinished' | 'wrong';
      readonly message: string;
      /** What stands on the lines before: it runs before the mistake is noticed. */
      readonly before: Script;
      /** The end of the here-document that is open. */
      readonly delimiter?: string | undefined;
    };

const QUOTES = /double quote|single quote|backtick/;

/** Reads a script, or as much of one as somebody has typed. */
export function parseScript(source: string): Parsed {
  const script = parse(source);
  const [error] = script.errors ?? [];
  if (!error) {
    const open = source.includes('<<') ? openHereDoc(script) : undefined;
    if (!open) return { kind: 'script', script };
    const message = 'syntax error: unexpected end of file';
    return {
      kind: 'unfinished',
      message,
      before: linesBefore(source, script, open.pos),
      delimiter: open.delimiter?.value,
    };
  }
  const before = linesBefore(source, script, error.pos);
  if (QUOTES.test(error.message))
    return { kind: 'unfinished', message: 'syntax error: unterminated quoted string', before };
  const rest = source.slice(error.pos);
  if (error.message.startsWith('unterminated') || (/^\s*$/.test(rest) && !error.message.includes('redirect')))
    return { kind: 'unfinished', message: `syntax error: unexpected end of file${expecting(error.message)}`, before };
  const token = /^\s*(\n|;;|&&|\|\||[;&|()<>]|[^\s;&|()<>]+)/.exec(rest)?.[1] ?? rest.slice(0, 1);
  const shown = token === '' ? 'end of file' : token === '\n' ? 'newline' : `"${token}"`;
  return { kind: 'wrong', message: `syntax error: unexpected ${shown}${expecting(error.message)}`, before };
}

/** The statements that end on a line before the one with the mistake. */
function linesBefore(source: string, script: ParsedScript, position: number): Script {
  const line = source.lastIndexOf('\n', position - 1);
  const { type, pos, end, shebang } = script;
  const commands = script.commands.filter((statement) => statement.end <= line);
  return { type, pos, end, shebang, commands };
}

function expecting(message: string): string {
  const [, word] = /^expected '([a-z}()]+)'/.exec(message) ?? [];
  return word === undefined ? '' : ` (expecting "${word}")`;
}

function openHereDoc(node: SyntaxNode): HereDoc | undefined {
  let open: HereDoc | undefined;
  forEachChild(node, (child) => {
    if (child.type === 'HereDoc' && !child.closing) open ??= child;
    open ??= openHereDoc(child);
  });
  return open;
}
