/** Numbers of HTTP/2 (RFC 9113). */

/** Kinds of frames (section 6). */
export const FRAME = {
  data: 0,
  headers: 1,
  priority: 2,
  reset: 3,
  settings: 4,
  pushPromise: 5,
  ping: 6,
  goAway: 7,
  windowUpdate: 8,
  continuation: 9,
} as const;

export const FLAG = { endStream: 1, ack: 1, endHeaders: 4, padded: 8, priority: 32 } as const;

/** Settings (section 6.5.2). */
export const SETTING = {
  headerTableSize: 1,
  enablePush: 2,
  maxConcurrentStreams: 3,
  initialWindowSize: 4,
  maxFrameSize: 5,
  maxHeaderListSize: 6,
} as const;

/** Why a stream or a connection ends (section 7). */
export const CODE = {
  noError: 0,
  protocolError: 1,
  internalError: 2,
  flowControlError: 3,
  streamClosed: 5,
  frameSizeError: 6,
  refusedStream: 7,
  cancel: 8,
  compressionError: 9,
  enhanceYourCalm: 11,
} as const;

/** What a client says first (section 3.4). */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1');

export const FRAME_HEADER_BYTES = 9;
/** What a frame may carry unless settings say otherwise. */
export const FRAME_BYTES = 16_384;
export const FRAME_BYTES_MAX = 2 ** 24 - 1;
export const WINDOW_MAX = 2 ** 31 - 1;
/** Of a connection and of a stream at their beginning, unless settings say otherwise of streams. */
export const WINDOW_BYTES = 65_535;

/** A fault of the other side that ends its connection, with the code that it is told. */
export class ConnectionError extends Error {
  readonly code: number;

  constructor(code: number, message: string) {
    super(message);
    this.code = code;
  }
}

/** Writes the header of a frame (section 4.1). */
export function writeFrameHeader(
  to: Buffer,
  at: number,
  bytes: number,
  type: number,
  flags: number,
  stream: number,
): void {
  to[at] = bytes >>> 16;
  to[at + 1] = bytes >>> 8;
  to[at + 2] = bytes;
  to[at + 3] = type;
  to[at + 4] = flags;
  to[at + 5] = stream >>> 24;
  to[at + 6] = stream >>> 16;
  to[at + 7] = stream >>> 8;
  to[at + 8] = stream;
}

/** A frame whose payload is a few numbers of 32 bits. */
export function wordsFrame(type: number, flags: number, stream: number, ...words: readonly number[]): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + 4 * words.length);
  writeFrameHeader(frame, 0, 4 * words.length, type, flags, stream);
  for (const [i, word] of words.entries()) frame.writeUInt32BE(word, FRAME_HEADER_BYTES + 4 * i);
  return frame;
}

/** A frame with settings. @example settingsFrame([[SETTING.maxConcurrentStreams, 250]]) */
export function settingsFrame(settings: readonly (readonly [setting: number, value: number])[]): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + 6 * settings.length);
  writeFrameHeader(frame, 0, 6 * settings.length, FRAME.settings, 0, 0);
  for (const [i, [setting, value]] of settings.entries()) {
    frame.writeUInt16BE(setting, FRAME_HEADER_BYTES + 6 * i);
    frame.writeUInt32BE(value, FRAME_HEADER_BYTES + 6 * i + 2);
  }
  return frame;
}

/** A header block in its frames, with room behind them. */
export function headerFrames(stream: number, block: Buffer, isEnd: boolean, room: number): Buffer {
  const count = Math.ceil(block.length / FRAME_BYTES);
  const frames = Buffer.allocUnsafe(count * FRAME_HEADER_BYTES + block.length + room);
  let to = 0;
  for (let i = 0; i < count; i++) {
    const start = i * FRAME_BYTES;
    const end = Math.min(block.length, start + FRAME_BYTES);
    const flags = (i === 0 && isEnd ? FLAG.endStream : 0) | (end === block.length ? FLAG.endHeaders : 0);
    writeFrameHeader(frames, to, end - start, i === 0 ? FRAME.headers : FRAME.continuation, flags, stream);
    block.copy(frames, to + FRAME_HEADER_BYTES, start, end);
    to += FRAME_HEADER_BYTES + end - start;
  }
  return frames;
}
