import { SPARE_BYTES, writeInteger, writeText } from '../../../base/http2/hpack-texts.ts';

/** Numbers of names in HPACK's static table (RFC 7541, appendix A); other names are sent as they are. */
const NUMBERS: Readonly<Record<string, number>> = { ':authority': 1, ':path': 4, 'content-type': 31 };
/** Fields that have a number with their value. */
const POST = 0x83;
const SCHEMES: Readonly<Record<string, number>> = { 'http:': 0x86, 'https:': 0x87 };

/** A field that the server does not keep, so that blocks are the same each time. @throws TypeError as Node does */
function field(name: string, value: string): Buffer {
  const bytes = Buffer.allocUnsafe(name.length + value.length + 3 * SPARE_BYTES);
  const number = NUMBERS[name] ?? 0;
  let at = writeInteger(bytes, 0, 0, 4, number);
  if (number === 0) at = writeText(bytes, at, name, name);
  return bytes.subarray(0, writeText(bytes, at, value, name));
}

interface Block {
  /** Everything but the time that the call has. */
  readonly beginning: Buffer;
  readonly timeoutMs: number | undefined;
  readonly whole: Buffer;
}

/** Heads of requests: those of a method differ in little but the time that they have, and in that seldom. */
export class RequestBlocks {
  readonly #pseudo: Buffer;
  readonly #blocks = new Map<string, Block>();
  /** What was sent with every call when the blocks were made. */
  #metadata = new Map<string, string>();

  /** @param endpoint `http://host:2379` or `https://host:2379` */
  constructor(endpoint: string) {
    const { protocol, hostname, port } = new URL(endpoint);
    const scheme = SCHEMES[protocol];
    if (scheme === undefined) throw new Error(`protocol "${protocol}" is unsupported`);
    const authority = `${hostname}:${port || (protocol === 'http:' ? '80' : '443')}`;
    this.#pseudo = Buffer.concat([Buffer.from([POST, scheme]), field(':authority', authority)]);
  }

  /** @param timeoutMs nothing for a call that goes on until somebody ends it */
  block(method: string, metadata: ReadonlyMap<string, string>, timeoutMs: number | undefined): Buffer {
    if (!this.#isOf(metadata)) {
      this.#metadata = new Map(metadata);
      this.#blocks.clear();
    }
    const known = this.#blocks.get(method);
    if (known?.timeoutMs === timeoutMs && known) return known.whole;
    const beginning = known?.beginning ?? this.#beginning(method);
    const whole = timeoutMs === undefined ? beginning : withTimeout(beginning, timeoutMs);
    this.#blocks.set(method, { beginning, timeoutMs, whole });
    return whole;
  }

  #isOf(metadata: ReadonlyMap<string, string>): boolean {
    if (metadata.size !== this.#metadata.size) return false;
    for (const [name, value] of metadata) if (this.#metadata.get(name) !== value) return false;
    return true;
  }

  #beginning(method: string): Buffer {
    const fields = [['content-type', 'application/grpc'], ['te', 'trailers'], ...this.#metadata] as const;
    return Buffer.concat([
      this.#pseudo,
      field(':path', method),
      ...fields.map(([name, value]) => field(name.toLowerCase(), value)),
    ]);
  }
}

const withTimeout = (beginning: Buffer, timeoutMs: number): Buffer =>
  Buffer.concat([beginning, field('grpc-timeout', `${timeoutMs}m`)]);
