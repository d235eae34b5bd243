/** What a program in awk reads and writes: records, files, and other commands. */
import { SystemError } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import { openPipe } from '../../machine/pipe.ts';
import type { Process } from '../../machine/process.ts';
import { sh } from '../programs/sh.ts';
import { compileRegex } from '../regex.ts';

/** Reads records from a file, each as soon as it is there. */
export class RecordReader {
  readonly #process: Process;
  readonly #file: OpenFile;
  #rest = '';
  #isOver = false;

  constructor(process: Process, file: OpenFile) {
    this.#process = process;
    this.#file = file;
  }

  /** @param separator RS: a letter, a pattern, or nothing for empty lines */
  async next(separator: string): Promise<string | undefined> {
    if (separator === '') this.#rest = this.#rest.replace(/^\n+/, '');
    for (;;) {
      const end = await this.#endOf(separator);
      if (end) {
        const record = this.#rest.slice(0, end.at);
        this.#rest = this.#rest.slice(end.at + end.length);
        return record;
      }
      if (this.#isOver) return this.#last(separator);
      if (this.#rest.length > this.#process.machine.limits.textLength) throw new SystemError('ENOMEM');
      const data = await this.#process.readFrom(this.#file);
      if (data) this.#rest += data.toString('latin1');
      else this.#isOver = true;
      if (separator === '') this.#rest = this.#rest.replace(/^\n+/, '');
    }
  }

  #last(separator: string): string | undefined {
    const record = separator === '' ? this.#rest.replace(/\n+$/, '') : this.#rest;
    this.#rest = '';
    return record === '' ? undefined : record;
  }

  async #endOf(separator: string): Promise<{ at: number; length: number } | undefined> {
    if (separator.length === 1) {
      const at = this.#rest.indexOf(separator);
      return at < 0 ? undefined : { at, length: 1 };
    }
    if (separator === '') {
      const found = /\n\n+/.exec(this.#rest);
      // More empty lines may follow.
      const isSure = found && (this.#isOver || found.index + found[0].length < this.#rest.length);
      return isSure ? { at: found.index, length: found[0].length } : undefined;
    }
    const found = (await compileRegex(separator, { extended: true })).find(this.#rest.slice(0, 60_000));
    if (!found || found.end === found.start || (found.end === this.#rest.length && !this.#isOver)) return undefined;
    return { at: found.start, length: found.end - found.start };
  }
}

/** A file or command that is open for the program, under its name. */
interface Open {
  readonly fd: number;
  readonly reader?: RecordReader;
  readonly child?: Process;
}

/** Descriptors of a program's own: what it runs does not have them. */
const FIRST_FD = 10;

/** The files and commands that a program has opened; they stay open until it closes them. */
export class Streams {
  readonly #process: Process;
  readonly #open = new Map<string, Open>();

  constructor(process: Process) {
    this.#process = process;
  }

  /** @throws SystemError when it cannot be read */
  reader(name: string, from: 'file' | 'command'): RecordReader {
    const known = this.#open.get(name)?.reader;
    if (known) return known;
    const process = this.#process;
    if (from === 'file') {
      const file = name === '-' ? process.file(0) : process.open(name, { read: true });
      const reader = new RecordReader(process, file);
      this.#open.set(name, { fd: this.#hold(file), reader });
      return reader;
    }
    const pipe = openPipe(process.machine.limits.pipeBytes);
    const fd = this.#hold(pipe.reader);
    const reader = new RecordReader(process, pipe.reader);
    this.#open.set(name, { fd, reader, child: this.#command(name, 1, pipe.writer) });
    return reader;
  }

  /** @throws SystemError when it cannot be written */
  writer(name: string, operator: '>' | '>>' | '|'): OpenFile {
    const process = this.#process;
    const known = this.#open.get(name);
    if (known) return process.file(known.fd);
    const device = { '-': 1, '/dev/stdout': 1, '/dev/stderr': 2 }[name];
    if (device !== undefined && operator !== '|') return process.file(device);
    if (operator === '|') {
      const pipe = openPipe(process.machine.limits.pipeBytes);
      const fd = this.#hold(pipe.writer);
      this.#open.set(name, { fd, child: this.#command(name, 0, pipe.reader) });
      return pipe.writer;
    }
    const mode = operator === '>' ? { truncate: true } : { append: true };
    const file = process.open(name, { write: true, create: 0o666, ...mode });
    this.#open.set(name, { fd: this.#hold(file) });
    return file;
  }

  /** Runs a command to its end. @returns its exit code */
  system(command: string): Promise<number> {
    return this.#process.wait(this.#process.spawn(['sh', '-c', command], sh, { files: this.#standard() }));
  }

  /** @returns the exit code of a command, -1 for what is not open */
  async close(name: string): Promise<number> {
    const open = this.#open.get(name);
    if (!open) return -1;
    this.#open.delete(name);
    this.#process.setFile(open.fd, undefined);
    return open.child ? this.#process.wait(open.child) : 0;
  }

  async closeAll(): Promise<void> {
    for (const name of this.#open.keys()) await this.close(name);
  }

  /** Keeps a file until it is closed, or the program ends. */
  #hold(file: OpenFile): number {
    let fd = FIRST_FD;
    while (this.#process.files.has(fd)) fd++;
    this.#process.setFile(fd, file);
    return fd;
  }

  #command(text: string, fd: 0 | 1, end: OpenFile): Process {
    return this.#process.spawn(['sh', '-c', text], sh, { files: this.#standard().set(fd, end) });
  }

  #standard(): Map<number, OpenFile> {
    return new Map([...this.#process.files].filter(([fd]) => fd < FIRST_FD));
  }
}
