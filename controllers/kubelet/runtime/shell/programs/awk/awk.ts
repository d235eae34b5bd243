import { errorText, SystemError } from '../../../machine/errno.ts';
import type { OpenFile } from '../../../machine/open-file.ts';
import type { Process } from '../../../machine/process.ts';
import type { Program } from '../../../machine/program.ts';
import { openInput, readAll } from '../input.ts';
import { BadUsage, type Options, readOptions } from '../options.ts';
import { Execution } from './execution.ts';
import type { MainInput } from './interpreter.ts';
import { unescaped } from './lexer.ts';
import { parseScript } from './parser.ts';
import type { RecordReader } from './records.ts';
import { Input, toNumber, toText } from './values.ts';

/** Nested deeper, the parser would use up its own stack. */
const DEPTH_MAX = 200;

const ASSIGNMENT = /^([A-Za-z_][A-Za-z_0-9]*)=(.*)$/s;

/** The files of the command line one after the other, and the assignments between them. */
class Files implements MainInput {
  execution: Execution | undefined;
  readonly #process: Process;
  #reader: RecordReader | undefined;
  #at = 0;
  #hasRead = false;

  constructor(process: Process) {
    this.#process = process;
  }

  done(): void {
    this.#reader?.close();
    this.#reader = undefined;
  }

  async reader(): Promise<RecordReader | undefined> {
    const { awk } = this.execution ?? {};
    if (!awk) return undefined;
    while (!this.#reader) {
      const argv = awk.array('ARGV');
      const count = toNumber(awk.variables.get('ARGC'));
      if (++this.#at >= count) {
        if (this.#hasRead) return undefined;
        this.#hasRead = true;
        this.#reader = awk.streams.reader(openInput(this.#process, '-'));
        break;
      }
      const word = toText(argv.get(String(this.#at)));
      const [, name, value] = ASSIGNMENT.exec(word) ?? [];
      if (name !== undefined) await this.assign(name, value ?? '');
      else if (word !== '') await this.#open(word);
    }
    return this.#reader;
  }

  async #open(path: string): Promise<void> {
    const { awk } = this.execution ?? {};
    if (!awk) return;
    this.#hasRead = true;
    // Before it complains about a file, it says what it had to say.
    await awk.streams.flush();
    this.#reader = awk.streams.reader(opened(this.#process, path, (text) => `${path}: ${text}`));
    awk.variables.put('FILENAME', path);
    awk.variables.put('FNR', 0);
  }

  async assign(name: string, value: string): Promise<void> {
    await this.execution?.awk.put({ kind: 'variable', name }, new Input(unescaped(value)));
  }
}

/** A file that the program cannot do without. @throws BadUsage */
function opened(process: Process, path: string, complaint: (text: string) => string): OpenFile {
  try {
    return openInput(process, path);
  } catch (error) {
    throw new BadUsage(complaint(errorText(error)));
  }
}

/** The text of the program: of files, of options, or of the first word. */
async function sourceOf(process: Process, options: Options): Promise<readonly [source: string, rest: string[]]> {
  const rest = [...options.rest];
  const sources = [...options.all('e')];
  for (const path of options.all('f')) {
    const file = opened(process, path, (text) => `can't open '${path}': ${text}`);
    sources.push((await readAll(process, file)).toString('latin1'));
    file.release();
  }
  if (sources.length === 0) {
    const first = rest.shift();
    if (first === undefined) throw new BadUsage('no program given');
    sources.push(first);
  }
  return [sources.join('\n'), rest];
}

/** `awk` of POSIX, with what busybox adds to it. */
export const awk: Program = async (process, args, name) => {
  const options = readOptions(args, '+F:v:f:e:');
  const [source, rest] = await sourceOf(process, options);
  if (source.length > process.machine.limits.scriptLength) throw new SystemError('E2BIG');
  const files = new Files(process);
  const execution = new Execution(process, parseScript(source, DEPTH_MAX), files);
  files.execution = execution;
  const { variables } = execution.awk;
  variables.put('ARGC', rest.length + 1);
  for (const [index, word] of [name, ...rest].entries()) variables.putElement('ARGV', String(index), new Input(word));
  for (const [key, value] of process.env) variables.putElement('ENVIRON', key, new Input(value));
  const separator = options.value('F');
  if (separator !== undefined) await files.assign('FS', separator);
  for (const word of options.all('v')) {
    const [, key, value = ''] = ASSIGNMENT.exec(word) ?? [];
    if (key === undefined) throw new BadUsage(`bad assignment '${word}'`);
    await files.assign(key, value);
  }
  return execution.run();
};
