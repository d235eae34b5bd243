import { Writable } from 'node:stream';

/** What somebody keeps of the output of a command, as far as it goes: both streams in the order in which they came. */
export class LimitedOutput {
  readonly #bytesMax: number;
  #output = '';

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Takes one of its streams. */
  sink(): Writable {
    return new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        if (this.#output.length < this.#bytesMax) this.#output += chunk.toString('latin1');
        done();
      },
    });
  }

  get text(): string {
    return Buffer.from(this.#output.slice(0, this.#bytesMax), 'latin1').toString();
  }
}
