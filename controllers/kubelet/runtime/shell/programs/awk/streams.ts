import { SystemError } from '../../../machine/errno.ts';
import type { OpenFile } from '../../../machine/open-file.ts';
import { openPipe } from '../../../machine/pipe.ts';
import type { Process } from '../../../machine/process.ts';
import { loadProgram } from '../../../machine/program-files.ts';
import { Output, openInput } from '../input.ts';
import { RecordReader } from './records.ts';

interface Sink {
  readonly file: OpenFile;
  readonly child?: Process;
}

interface Source {
  readonly reader: RecordReader;
  readonly child?: Process;
}

/** The files and commands that a program reads and writes, by the words that it calls them. */
export class Streams {
  readonly #process: Process;
  readonly #output: Output;
  readonly #sinks = new Map<string, Sink>();
  readonly #sources = new Map<string, Source>();

  constructor(process: Process) {
    this.#process = process;
    this.#output = new Output(process);
  }

  print(text: string): Promise<void> | undefined {
    return this.#output.add(text);
  }

  readonly flush = (): Promise<void> => this.#output.flush();

  /** @throws SystemError */
  async write(operator: '>' | '>>' | '|', target: string, text: string): Promise<void> {
    let sink = this.#sinks.get(target);
    if (!sink) {
      sink = operator === '|' ? await this.#pipeTo(target) : this.#open(target, operator === '>>');
      this.#sinks.set(target, sink);
    }
    // Whoever reads the same terminal sees things in their order.
    if (target === '/dev/stdout' || target === '-') await this.flush();
    await this.#process.writeTo(sink.file, text);
  }

  #open(path: string, append: boolean): Sink {
    if (path === '/dev/stdout' || path === '-') return { file: this.#process.file(1).retain() };
    if (path === '/dev/stderr') return { file: this.#process.file(2).retain() };
    const mode = { write: true, create: 0o666, append, truncate: !append };
    return { file: this.#process.open(path, mode).retain() };
  }

  async #pipeTo(command: string): Promise<Sink> {
    await this.flush();
    const { reader, writer } = openPipe(this.#process.machine.limits.pipeBytes);
    reader.retain();
    writer.retain();
    const child = this.#shell(command, new Map(this.#process.files).set(0, reader));
    reader.release();
    return { file: writer, child };
  }

  /** What is read as a file, or from the output of a command. @throws SystemError */
  async source(kind: 'file' | 'command', name: string): Promise<RecordReader> {
    const known = this.#sources.get(name);
    if (known) return known.reader;
    const source =
      kind === 'command' ? await this.#pipeFrom(name) : { reader: this.reader(openInput(this.#process, name)) };
    this.#sources.set(name, source);
    return source.reader;
  }

  /** What reads the records of a file. */
  reader(file: OpenFile): RecordReader {
    return new RecordReader(this.#process, file, this.flush);
  }

  async #pipeFrom(command: string): Promise<Source> {
    await this.flush();
    const { reader, writer } = openPipe(this.#process.machine.limits.pipeBytes);
    reader.retain();
    writer.retain();
    const child = this.#shell(command, new Map(this.#process.files).set(1, writer));
    writer.release();
    return { reader: new RecordReader(this.#process, reader, this.flush), child };
  }

  #shell(command: string, files: ReadonlyMap<number, OpenFile>): Process {
    const { machine } = this.#process;
    const { argv, program } = loadProgram(machine, '/bin/sh', ['sh', '-c', command], this.#process);
    return this.#process.spawn(argv, program, { files });
  }

  /** Runs a command to its end. @returns its code */
  async system(command: string): Promise<number> {
    await this.flush();
    return this.#process.wait(this.#shell(command, this.#process.files));
  }

  /** @returns the code of a command that was waited for, or -1 when nothing is open by this name */
  async close(name: string): Promise<number> {
    const [sink, source] = [this.#sinks.get(name), this.#sources.get(name)];
    this.#sinks.delete(name);
    this.#sources.delete(name);
    if (!sink && !source) return -1;
    sink?.file.release();
    source?.reader.close();
    const child = sink?.child ?? source?.child;
    return child ? this.#process.wait(child) : 0;
  }

  /** Everything ends, and whoever was written to is waited for. */
  async closeAll(): Promise<void> {
    try {
      await this.flush();
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
    }
    for (const name of [...this.#sinks.keys(), ...this.#sources.keys()]) await this.close(name);
  }
}
