/** Messages of gRPC on the wire: a byte that says whether it is compressed, four for the length, then the message. */
import { LIMITS } from '../../kube/limits.ts';

const HEAD_BYTES = 5;

/** A message as it is sent. */
export function frameOf(message: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + message.length);
  frame[0] = 0;
  frame.writeUInt32BE(message.length, 1);
  message.copy(frame, HEAD_BYTES);
  return frame;
}

/** Cuts what comes into messages. */
export class FrameReader {
  readonly #onMessage: (bytes: Buffer) => void;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(onMessage: (bytes: Buffer) => void) {
    this.#onMessage = onMessage;
  }

  /** @throws Error for what is no frame */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    for (;;) {
      if (this.#length < HEAD_BYTES) return;
      const first = this.#chunks[0] as Buffer;
      const head = first.length >= HEAD_BYTES ? first : this.#joined();
      const length = head.readUInt32BE(1);
      if (head[0] !== 0 || length > LIMITS.etcdMessageBytes) throw new Error('what etcd sent is no message of gRPC');
      const end = HEAD_BYTES + length;
      if (this.#length < end) return;
      const bytes = this.#joined();
      const rest = bytes.subarray(end);
      this.#chunks = rest.length > 0 ? [rest] : [];
      this.#length = rest.length;
      this.#onMessage(bytes.subarray(HEAD_BYTES, end));
    }
  }

  #joined(): Buffer {
    const [first, second] = this.#chunks;
    if (first && !second) return first;
    const joined = Buffer.concat(this.#chunks);
    this.#chunks = [joined];
    return joined;
  }
}
