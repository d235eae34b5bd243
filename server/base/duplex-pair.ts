import { Duplex } from 'node:stream';

/** One end of a pipe: what is written here can be read at the other end. */
class End extends Duplex {
  #other: End | undefined;
  #resume: (() => void) | undefined;

  join(other: End): void {
    this.#other = other;
  }

  override _read(): void {
    const resume = this.#resume;
    this.#resume = undefined;
    resume?.();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#other?.receive(chunk, done);
  }

  override _final(done: () => void): void {
    this.#other?.push(null);
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    const other = this.#other;
    if (other && !other.destroyed) setImmediate(() => other.destroy());
    done(error);
  }

  receive(chunk: Buffer, done: () => void): void {
    if (this.push(chunk)) done();
    else this.#resume = done;
  }
}

/**
 * Two ends of a connection inside the process, with backpressure.
 *
 * @example
 * const [client, server] = duplexPair(); // client.write('x') can be read from server
 */
export function duplexPair(): [Duplex, Duplex] {
  const left = new End();
  const right = new End();
  left.join(right);
  right.join(left);
  return [left, right];
}
