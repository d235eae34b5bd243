import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';

/** A line or a block of a configuration. */
export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  readonly block?: readonly Directive[];
  readonly file: string;
  readonly line: number;
}

/** What is wrong with a configuration, in nginx's words. */
export class ConfigError extends Error {}

interface Word {
  readonly text: string;
  readonly line: number;
  /** `;`, `{` or `}` that was not quoted. */
  readonly isMark: boolean;
}

const TOKEN =
  /#[^\n]*|"((?:[^"\\]|\\[\s\S])*)"|'((?:[^'\\]|\\[\s\S])*)'|[;{}]|(?:\$\{[^}\s]{0,64}\}|\\[\s\S]|[^\s;{}"'\\])+|\n/g;

function* wordsOf(text: string): Generator<Word> {
  let line = 1;
  for (const [token, double, single] of text.matchAll(TOKEN)) {
    const quoted = double ?? single;
    if (quoted !== undefined) yield { text: quoted.replace(/\\(["'\\])/g, '$1'), line, isMark: false };
    else if (!token.startsWith('#') && token !== '\n') yield { text: token, line, isMark: /^[;{}]$/.test(token) };
    line += token.split('\n').length - 1;
  }
}

/** Reads what one file says; what it includes stays as it is. */
function parse(file: string, text: string): readonly Directive[] {
  return block(wordsOf(text), file, false);
}

function block(words: Generator<Word>, file: string, isInner: boolean): readonly Directive[] {
  const directives: Directive[] = [];
  let args: string[] = [];
  let line = 1;
  for (let next = words.next(); !next.done; next = words.next()) {
    const word = next.value;
    line = word.line;
    if (!word.isMark) {
      args.push(word.text);
      continue;
    }
    const [name, ...rest] = args;
    args = [];
    if (word.text === '}' && isInner && name === undefined) return directives;
    if (word.text === '}' || name === undefined) throw new ConfigError(`unexpected "${word.text}" in ${file}:${line}`);
    if (word.text === '{') directives.push({ name, args: rest, block: block(words, file, true), file, line });
    else directives.push({ name, args: rest, file, line });
  }
  if (isInner || args.length > 0)
    throw new ConfigError(`unexpected end of file, expecting ${isInner ? '"}"' : '";" or "}"'} in ${file}:${line}`);
  return directives;
}

/** Most containers have the files of their image, or of one config map: each text is read once. */
const PARSED_MAX = 50;
const PARSED_LENGTH = 16 * 1024;
const parsed = new Map<string, readonly Directive[]>();

function parseOnce(file: string, text: string): readonly Directive[] {
  const key = `${file}\n${text}`;
  const known = parsed.get(key);
  if (known) return known;
  const directives = parse(file, text);
  if (parsed.size >= PARSED_MAX) parsed.clear();
  if (text.length <= PARSED_LENGTH) parsed.set(key, directives);
  return directives;
}

/** Whether a name begins, goes on and ends as a pattern with stars says. */
function fits(name: string, pattern: string): boolean {
  const parts = pattern.split('*');
  const last = parts.pop() ?? '';
  const [first = ''] = parts;
  let at = first.length;
  if (!name.startsWith(first)) return false;
  for (const part of parts.slice(1)) {
    const found = name.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return name.length - last.length >= at && name.endsWith(last);
}

const FILES_MAX = 100;

function textOf(process: Process, file: string): string {
  try {
    const { node } = process.view.find(file, process);
    if (node.kind !== 'file') throw new SystemError('EISDIR');
    if (node.size > process.machine.limits.scriptLength) throw new SystemError('ENOMEM');
    return node.read(0, node.size).toString();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new ConfigError(`open() "${file}" failed (2: ${error.message})`);
  }
}

/** The files that a pattern names. */
function included(process: Process, pattern: string): readonly string[] {
  const file = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`;
  if (!file.includes('*')) return [file];
  const folder = file.slice(0, file.lastIndexOf('/'));
  const place = process.view.tryFind(folder, process);
  if (place?.node.kind !== 'directory') return [];
  const names = process.view.names(place, process);
  return names
    .filter((name) => !name.startsWith('.') && fits(name, file.slice(folder.length + 1)))
    .map((name) => `${folder}/${name}`);
}

/** Reads a configuration with all that it includes. @throws ConfigError */
export function readConfig(process: Process, path: string): readonly Directive[] {
  let files = 0;
  const read = (file: string): readonly Directive[] => {
    if (++files > FILES_MAX) throw new ConfigError(`too many files are included in ${path}`);
    return whole(parseOnce(file, textOf(process, file)));
  };
  const whole = (directives: readonly Directive[]): readonly Directive[] =>
    directives.flatMap((directive) => {
      if (directive.name === 'include') return included(process, directive.args[0] ?? '').flatMap(read);
      return directive.block ? { ...directive, block: whole(directive.block) } : directive;
    });
  return read(path);
}
