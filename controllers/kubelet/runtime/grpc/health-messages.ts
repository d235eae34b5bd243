/** The messages of grpc.health.v1 and their frames: the little of protobuf and gRPC that they need. */

/** What a server says about a service. */
export const SERVING_STATUSES = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'] as const;
export type ServingStatus = (typeof SERVING_STATUSES)[number];

export const HEALTH_CHECK_PATH = '/grpc.health.v1.Health/Check';

/** The codes of gRPC that checks meet. */
export const GRPC_CODES = { ok: 0, unknown: 2, notFound: 5, unimplemented: 12 } as const;

/** A name is short: servers refuse more than that long before. */
const MESSAGE_BYTES_MAX = 64 * 1024;
const FRAME_HEAD_BYTES = 5;

const framed = (message: Buffer): Buffer => {
  const head = Buffer.alloc(FRAME_HEAD_BYTES);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
};

/** What the one frame of a request or an answer holds; undefined when it is none, or compressed. */
function unframed(data: Buffer): Buffer | undefined {
  if (data.length < FRAME_HEAD_BYTES || data[0] !== 0) return undefined;
  const length = data.readUInt32BE(1);
  return data.length === FRAME_HEAD_BYTES + length ? data.subarray(FRAME_HEAD_BYTES) : undefined;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return Buffer.from([...bytes, value]);
}

/** Field 1 of a message, whose wire type is that of a text or a number. */
function firstField(message: Buffer): { readonly text: string; readonly number: number } | undefined {
  let at = 0;
  const number = (): number => {
    let [value, factor] = [0, 1];
    for (; at < message.length; factor *= 128) {
      const byte = message[at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) break;
    }
    return value;
  };
  let found = { text: '', number: 0 };
  while (at < message.length) {
    const tag = number();
    const value = number();
    if ((tag & 7) === 2) {
      if (at + value > message.length) return undefined;
      if (tag >> 3 === 1) found = { ...found, text: message.subarray(at, at + value).toString() };
      at += value;
    } else if ((tag & 7) !== 0) return undefined;
    else if (tag >> 3 === 1) found = { ...found, number: value };
  }
  return found;
}

/** A HealthCheckRequest in its frame. */
export function requestFrame(service: string): Buffer {
  const name = Buffer.from(service);
  return framed(service === '' ? Buffer.alloc(0) : Buffer.concat([Buffer.from([0x0a]), varint(name.length), name]));
}

/** The service that somebody asks about; undefined when that cannot be understood. */
export function serviceIn(frame: Buffer): string | undefined {
  const message = unframed(frame);
  return message && firstField(message)?.text;
}

/** A HealthCheckResponse in its frame. */
export const answerFrame = (status: ServingStatus): Buffer =>
  framed(Buffer.from([0x08, SERVING_STATUSES.indexOf(status)]));

/** What a server answered; undefined when that cannot be understood. */
export function statusIn(frame: Buffer): ServingStatus | undefined {
  const message = unframed(frame);
  const field = message && firstField(message);
  return field && SERVING_STATUSES[field.number];
}

/** Everything that comes over a stream, unless it is too much for a message. */
export async function wholeOf(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > MESSAGE_BYTES_MAX) return Buffer.alloc(0);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
