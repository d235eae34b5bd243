/** The frames of SPDY/3.1 as bytes (draft 3.1, 2.2 and 2.6). */

export const VERSION = 3;

export const FRAME = {
  synStream: 1,
  synReply: 2,
  rstStream: 3,
  settings: 4,
  ping: 6,
  goAway: 7,
  headers: 8,
  windowUpdate: 9,
} as const;

/** Of data, SYN_STREAM, SYN_REPLY and HEADERS: the last frame of its sender for the stream. */
export const FLAG_FIN = 1;

/** Why a stream is reset. */
export const RESET = { protocolError: 1, refused: 3, cancel: 5 } as const;

/** Why a connection ends. */
export const GO_AWAY = { ok: 0, protocolError: 1 } as const;

/** The setting that says how much a stream may send before it is told to go on. */
export const INITIAL_WINDOW = 7;

export const HEAD_BYTES = 8;
const ID_MASK = 0x7fff_ffff;

function control(type: number, flags: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  head.writeUInt16BE(0x8000 | VERSION);
  head.writeUInt16BE(type, 2);
  head.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4);
  return Buffer.concat([head, payload]);
}

function words(...values: readonly number[]): Buffer {
  const payload = Buffer.alloc(values.length * 4);
  for (const [index, value] of values.entries()) payload.writeUInt32BE(value >>> 0, index * 4);
  return payload;
}

export function dataFrame(streamId: number, payload: Buffer, flags = 0): Buffer {
  const frame = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  frame.writeUInt32BE(streamId & ID_MASK);
  frame.writeUInt32BE(((flags << 24) | payload.length) >>> 0, 4);
  payload.copy(frame, HEAD_BYTES);
  return frame;
}

/** @param block headers, compressed */
export const synStream = (streamId: number, block: Buffer, flags = 0): Buffer =>
  control(FRAME.synStream, flags, Buffer.concat([words(streamId, 0), Buffer.alloc(2), block]));

/** @param block headers, compressed */
export const synReply = (streamId: number, block: Buffer): Buffer =>
  control(FRAME.synReply, 0, Buffer.concat([words(streamId), block]));

export const rstStream = (streamId: number, reason: number): Buffer =>
  control(FRAME.rstStream, 0, words(streamId, reason));

export const settings = (id: number, value: number): Buffer => control(FRAME.settings, 0, words(1, id, value));

export const ping = (id: number): Buffer => control(FRAME.ping, 0, words(id));

export const goAway = (lastStreamId: number, reason: number): Buffer =>
  control(FRAME.goAway, 0, words(lastStreamId, reason));

export const windowUpdate = (streamId: number, bytes: number): Buffer =>
  control(FRAME.windowUpdate, 0, words(streamId, bytes));
