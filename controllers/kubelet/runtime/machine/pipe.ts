import { SystemError } from './errno.ts';
import { Gate } from './gate.ts';
import { OpenFile, readable, WAIT } from './open-file.ts';

let lastPipe = 4096;

/** What stands between the two ends of a pipe. */
class Buffered {
  readonly name = `pipe:[${++lastPipe}]`;
  readonly chunks: Buffer[] = [];
  bytes = 0;
  hasReader = true;
  hasWriter = true;
  readonly changed = new Gate();
}

class ReadEnd extends OpenFile {
  readonly #pipe: Buffered;

  constructor(pipe: Buffered) {
    super();
    this.#pipe = pipe;
  }

  get name(): string {
    return this.#pipe.name;
  }

  override tryRead(max: number, last?: number): Buffer | undefined | typeof WAIT {
    const { chunks, hasWriter } = this.#pipe;
    const [first] = chunks;
    if (!first) return hasWriter ? WAIT : undefined;
    const data = readable(first, max, last);
    if (data.length === first.length) chunks.shift();
    else chunks[0] = first.subarray(data.length);
    this.#pipe.bytes -= data.length;
    this.#pipe.changed.open();
    return data;
  }

  override whenReadable(): Promise<void> {
    return this.#pipe.changed.wait();
  }

  protected override close(): void {
    this.#pipe.hasReader = false;
    this.#pipe.chunks.length = 0;
    this.#pipe.changed.open();
  }
}

class WriteEnd extends OpenFile {
  readonly #pipe: Buffered;
  readonly #bytesMax: number;

  constructor(pipe: Buffered, bytesMax: number) {
    super();
    this.#pipe = pipe;
    this.#bytesMax = bytesMax;
  }

  get name(): string {
    return this.#pipe.name;
  }

  override tryWrite(data: Buffer): number {
    if (!this.#pipe.hasReader) throw new SystemError('EPIPE');
    const room = this.#bytesMax - this.#pipe.bytes;
    if (room <= 0) return 0;
    const taken = data.length > room ? data.subarray(0, room) : data;
    this.#pipe.chunks.push(taken);
    this.#pipe.bytes += taken.length;
    this.#pipe.changed.open();
    return taken.length;
  }

  override whenWritable(): Promise<void> {
    return this.#pipe.changed.wait();
  }

  protected override close(): void {
    this.#pipe.hasWriter = false;
    this.#pipe.changed.open();
  }
}

/** The two ends of a pipe that holds so many bytes. */
export function openPipe(bytesMax: number): { readonly reader: OpenFile; readonly writer: OpenFile } {
  const pipe = new Buffered();
  return { reader: new ReadEnd(pipe), writer: new WriteEnd(pipe, bytesMax) };
}
