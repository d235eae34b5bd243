import { SystemError } from './errno.ts';
import type { FileNode, Inode } from './inode.ts';
import type { Terminal } from './terminal.ts';

/** Nothing yet: wait until it is readable, or writable. */
export const WAIT = Symbol('wait');

/**
 * What a descriptor stands for. It is shared by all processes that inherited it and closes with the last of them.
 * Nothing here waits: a process that was ended meanwhile must not swallow what it waited for.
 */
export abstract class OpenFile {
  #references = 0;

  /** The file behind it, when there is one. */
  readonly node: Inode | undefined = undefined;
  /** What `ls -l /proc/self/fd` says. */
  abstract readonly name: string;
  readonly terminal: Terminal | undefined = undefined;

  retain(): this {
    this.#references++;
    return this;
  }

  release(): void {
    this.#references--;
    if (this.#references === 0) this.close();
  }

  /** At most `max` bytes, up to and with the byte `last` when it is given; undefined at the end. */
  tryRead(_max: number, _last?: number): Buffer | undefined | typeof WAIT {
    throw new SystemError('EBADF');
  }

  /** How many bytes were taken; 0 when there is no room. */
  tryWrite(_data: Buffer): number {
    throw new SystemError('EBADF');
  }

  whenReadable(): Promise<void> {
    return Promise.resolve();
  }

  whenWritable(): Promise<void> {
    return Promise.resolve();
  }

  /** Moves the position of an ordinary file. */
  seek(_position: number): void {
    throw new SystemError('ESPIPE');
  }

  get position(): number {
    return 0;
  }

  protected close(): void {}
}

/** Cuts what a reader wants off the front of `data`. */
export function readable(data: Buffer, max: number, last: number | undefined): Buffer {
  const within = data.length > max ? data.subarray(0, max) : data;
  if (last === undefined) return within;
  const at = within.indexOf(last);
  return at < 0 ? within : within.subarray(0, at + 1);
}

/** An ordinary file, open at a position. */
export class OpenRegularFile extends OpenFile {
  override readonly node: FileNode;
  readonly name: string;
  readonly #access: { readonly read: boolean; readonly write: boolean; readonly append: boolean };
  readonly #now: () => number;
  #position = 0;

  constructor(
    node: FileNode,
    name: string,
    access: { readonly read: boolean; readonly write: boolean; readonly append: boolean },
    now: () => number,
  ) {
    super();
    this.node = node;
    this.name = name;
    this.#access = access;
    this.#now = now;
  }

  override tryRead(max: number, last?: number): Buffer | undefined {
    if (!this.#access.read) throw new SystemError('EBADF');
    const data = readable(this.node.read(this.#position, max), max, last);
    if (data.length === 0) return undefined;
    this.#position += data.length;
    return Buffer.from(data);
  }

  override tryWrite(data: Buffer): number {
    if (!this.#access.write) throw new SystemError('EBADF');
    if (this.#access.append) this.#position = this.node.size;
    this.node.write(this.#position, data);
    this.node.attributes.mtimeMs = this.#now();
    this.#position += data.length;
    return data.length;
  }

  override seek(position: number): void {
    this.#position = position;
  }

  override get position(): number {
    return this.#position;
  }
}

/** A text that is made when the file is opened. */
export class OpenText extends OpenFile {
  readonly name: string;
  #left: Buffer;

  constructor(name: string, text: string) {
    super();
    this.name = name;
    this.#left = Buffer.from(text, 'latin1');
  }

  override tryRead(max: number, last?: number): Buffer | undefined {
    if (this.#left.length === 0) return undefined;
    const data = readable(this.#left, max, last);
    this.#left = this.#left.subarray(data.length);
    return data;
  }
}

const BLOCK = 64 * 1024;

/** /dev/null, /dev/zero, /dev/full, /dev/urandom. */
export class OpenDevice extends OpenFile {
  readonly name: string;
  readonly #fill: ((block: Buffer) => void) | undefined;
  readonly #isFull: boolean;

  constructor(name: string, { fill, isFull = false }: { fill?: (block: Buffer) => void; isFull?: boolean } = {}) {
    super();
    this.name = name;
    this.#fill = fill;
    this.#isFull = isFull;
  }

  override tryRead(max: number): Buffer | undefined {
    if (!this.#fill) return undefined;
    const block = Buffer.alloc(Math.min(max, BLOCK));
    this.#fill(block);
    return block;
  }

  override tryWrite(data: Buffer): number {
    if (this.#isFull) throw new SystemError('ENOSPC');
    return data.length;
  }
}
