import type { Readable, Writable } from 'node:stream';
import { SystemError } from './errno.ts';
import { Gate } from './gate.ts';
import { OpenFile, readable, WAIT } from './open-file.ts';

/** Input from outside the machine. It is read only when a program reads. */
export class InputStream extends OpenFile {
  readonly name = 'pipe:[1]';
  readonly #changed = new Gate();
  readonly #stream: Readable;
  #rest: Buffer | undefined;
  #hasEnded = false;

  constructor(stream: Readable) {
    super();
    this.#stream = stream;
    const changed = (): void => this.#changed.open();
    const ended = (): void => {
      this.#hasEnded = true;
      this.#changed.open();
    };
    stream.on('readable', changed).on('end', ended).on('close', ended).on('error', ended);
  }

  override tryRead(max: number, last?: number): Buffer | undefined | typeof WAIT {
    const data = this.#rest ?? this.#next();
    this.#rest = undefined;
    if (!data) return this.#hasEnded || this.#stream.readableEnded || this.#stream.destroyed ? undefined : WAIT;
    const taken = readable(data, max, last);
    if (taken.length < data.length) this.#rest = data.subarray(taken.length);
    return taken;
  }

  #next(): Buffer | undefined {
    const data: unknown = this.#stream.read();
    if (data === null) return undefined;
    if (Buffer.isBuffer(data)) return data;
    return typeof data === 'string' ? Buffer.from(data) : undefined;
  }

  override whenReadable(): Promise<void> {
    return this.#changed.wait();
  }

  /** Whoever typed is gone. */
  hangUp(): void {
    this.#hasEnded = true;
    this.#changed.open();
  }
}

/** Output that leaves the machine, as fast as it is taken. */
export class OutputStream extends OpenFile {
  readonly name = 'pipe:[2]';
  readonly #changed = new Gate();
  readonly #stream: Writable;
  #isFull = false;
  #isGone = false;
  #pending = 0;

  constructor(stream: Writable) {
    super();
    this.#stream = stream;
    const gone = (): void => this.hangUp();
    stream
      .on('drain', () => {
        this.#isFull = false;
        this.#changed.open();
      })
      .on('close', gone)
      .on('error', gone);
  }

  override tryWrite(data: Buffer): number {
    if (this.#isGone || this.#stream.destroyed || this.#stream.writableEnded) throw new SystemError('EPIPE');
    if (this.#isFull) return 0;
    this.#pending++;
    this.#isFull = !this.#stream.write(data, () => {
      this.#pending--;
      if (this.#pending === 0) this.#changed.open();
    });
    return data.length;
  }

  override whenWritable(): Promise<void> {
    return this.#changed.wait();
  }

  /** Nobody reads it any more. */
  hangUp(): void {
    this.#isGone = true;
    this.#changed.open();
  }

  /** Resolves when everything that was written has been taken. */
  async written(): Promise<void> {
    while (this.#pending > 0 && !this.#isGone) await this.#changed.wait();
  }
}
