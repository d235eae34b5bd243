import { SystemError } from '../../machine/errno.ts';
import type { OpenFile } from '../../machine/open-file.ts';
import type { Process } from '../../machine/process.ts';

/** Opens a file that is read, or takes standard input for `-`. @throws SystemError */
export function openInput(process: Process, path: string): OpenFile {
  return (path === '-' ? process.file(0) : process.open(path, { read: true })).retain();
}

/**
 * Reads files one after the other, or standard input when there are none.
 *
 * @returns 1 when one of them could not be opened
 */
export async function eachInput(
  process: Process,
  name: string,
  paths: readonly string[],
  use: (file: OpenFile, path: string) => Promise<void>,
  complaint = (path: string, text: string): string => `can't open '${path}': ${text}`,
): Promise<number> {
  let status = 0;
  for (const path of paths.length === 0 ? ['-'] : paths) {
    let file: OpenFile;
    try {
      file = openInput(process, path);
    } catch (error) {
      if (!(error instanceof SystemError)) throw error;
      const isFolder = error.code === 'EISDIR';
      await process.complain(`${name}: ${isFolder ? `read error: ${error.message}` : complaint(path, error.message)}`);
      status = 1;
      continue;
    }
    try {
      await use(file, path);
    } finally {
      file.release();
    }
  }
  return status;
}

/** Some lines that were read together, without their ends. */
export interface Lines {
  readonly lines: readonly string[];
  /** Whether the last of them ended in a line feed. */
  readonly isWhole: boolean;
}

/** Lines as they come: those of a slow pipe are not held back. */
export async function* readLines(process: Process, file: OpenFile, end = '\n'): AsyncGenerator<Lines> {
  let rest = '';
  for (;;) {
    const data = await process.readFrom(file);
    if (!data) break;
    const lines = data.toString('latin1').split(end);
    lines[0] = rest + (lines[0] ?? '');
    rest = lines.pop() ?? '';
    if (rest.length > process.machine.limits.textLength) throw new SystemError('ENOMEM');
    if (lines.length > 0) yield { lines, isWhole: true };
  }
  if (rest !== '') yield { lines: [rest], isWhole: false };
}

/** Everything, for programs that cannot begin before they know it. @throws SystemError when it is too much */
export async function readAll(process: Process, file: OpenFile): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for (;;) {
    const data = await process.readFrom(file);
    if (!data) return Buffer.concat(chunks);
    length += data.length;
    if (length > process.machine.limits.programBytes) throw new SystemError('ENOMEM');
    chunks.push(data);
  }
}

/** Gathers output and writes it in larger pieces. */
export class Output {
  readonly #process: Process;
  #texts: string[] = [];
  #length = 0;

  constructor(process: Process) {
    this.#process = process;
  }

  /** Keeps a text until the next flush. */
  keep(text: string): void {
    this.#texts.push(text);
    this.#length += text.length;
  }

  /** @returns what to wait for, when there is much */
  add(text: string): Promise<void> | undefined {
    this.keep(text);
    return this.#length > 16 * 1024 ? this.flush() : this.#process.step(1 + (text.length >> 10));
  }

  async flush(): Promise<void> {
    const text = this.#texts.join('');
    this.#texts = [];
    this.#length = 0;
    await this.#process.print(text);
  }
}
