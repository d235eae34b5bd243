import { RE2JS } from 're2js';
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

const FILES_MAX = 100;

/** Reads a configuration with all that it includes. @throws ConfigError */
export function readConfig(process: Process, path: string): readonly Directive[] {
  let files = 0;
  const textOf = (file: string): string => {
    if (++files > FILES_MAX) throw new ConfigError(`too many files are included in ${path}`);
    try {
      const { node } = process.view.find(file, process);
      if (node.kind !== 'file') throw new SystemError('EISDIR');
      if (node.size > process.machine.limits.scriptLength) throw new SystemError('ENOMEM');
      return node.read(0, node.size).toString();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      throw new ConfigError(`open() "${file}" failed (2: ${error.message})`);
    }
  };
  const read = (file: string): readonly Directive[] => {
    const words = wordsOf(textOf(file));
    return block(words, false);

    function block(from: Generator<Word>, isInner: boolean): readonly Directive[] {
      const directives: Directive[] = [];
      let args: string[] = [];
      let line = 1;
      for (let next = from.next(); !next.done; next = from.next()) {
        const word = next.value;
        line = word.line;
        if (!word.isMark) {
          args.push(word.text);
          continue;
        }
        const [name, ...rest] = args;
        args = [];
        if (word.text === '}') {
          if (isInner && name === undefined) return directives;
          throw new ConfigError(`unexpected "}" in ${file}:${line}`);
        }
        if (name === undefined) throw new ConfigError(`unexpected "${word.text}" in ${file}:${line}`);
        if (word.text === '{') directives.push({ name, args: rest, block: block(from, true), file, line });
        else if (name === 'include') directives.push(...included(rest[0] ?? '').flatMap(read));
        else directives.push({ name, args: rest, file, line });
      }
      if (isInner || args.length > 0)
        throw new ConfigError(`unexpected end of file, expecting ${isInner ? '"}"' : '";" or "}"'} in ${file}:${line}`);
      return directives;
    }
  };
  const included = (pattern: string): readonly string[] => {
    const file = pattern.startsWith('/') ? pattern : `/etc/nginx/${pattern}`;
    if (!/[*?]/.test(file)) return [file];
    const folder = file.slice(0, file.lastIndexOf('/'));
    const shape = file.slice(folder.length + 1).replace(/[.+^${}()|[\]\\]/g, '\\$&');
    // What a container wrote must not keep everybody else waiting: this library takes linear time.
    const name = RE2JS.compile(shape.replace(/\*+/g, '.*').replaceAll('?', '.'));
    const place = process.view.tryFind(folder, process);
    if (place?.node.kind !== 'directory') return [];
    return process.view
      .names(place, process)
      .flatMap((entry) => (!entry.startsWith('.') && name.matches(entry) ? [`${folder}/${entry}`] : []));
  };
  return read(path);
}
