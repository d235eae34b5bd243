/** Frames of HTTP/2 (RFC 9113, section 4), as far as a client needs them that keeps windows wide open. */

export const FRAME = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, windowUpdate: 8 } as const;
export const FLAG = { endStream: 1, ack: 1, endHeaders: 4 } as const;
export const SETTING = { headerTableSize: 1, enablePush: 2, maxConcurrentStreams: 3, initialWindowSize: 4 } as const;

/** What a client says before its first frame. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
export const WINDOW_MAX = 2 ** 31 - 1;
/** The window of a new connection, which no setting changes. */
export const CONNECTION_WINDOW = 65_535;

const HEADER_BYTES = 9;
const EMPTY = Buffer.alloc(0);

export function frame(type: number, flags: number, stream: number, payload: Buffer): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes.writeUIntBE(payload.length, 0, 3);
  bytes.writeUInt8(type, 3);
  bytes.writeUInt8(flags, 4);
  bytes.writeUInt32BE(stream, 5);
  payload.copy(bytes, HEADER_BYTES);
  return bytes;
}

export function settingsFrame(settings: readonly (readonly [id: number, value: number])[]): Buffer {
  const payload = Buffer.alloc(settings.length * 6);
  for (const [i, [id, value]] of settings.entries()) {
    payload.writeUInt16BE(id, i * 6);
    payload.writeUInt32BE(value, i * 6 + 2);
  }
  return frame(FRAME.settings, 0, 0, payload);
}

export function windowUpdateFrame(bytes: number): Buffer {
  const payload = Buffer.alloc(4);
  payload.writeUInt32BE(bytes);
  return frame(FRAME.windowUpdate, 0, 0, payload);
}

/** The value of a setting in a SETTINGS frame. */
export function settingIn(payload: Buffer, id: number): number | undefined {
  for (let at = 0; at + 6 <= payload.length; at += 6)
    if (payload.readUInt16BE(at) === id) return payload.readUInt32BE(at + 2);
  return undefined;
}

export interface FrameReceiver {
  /** Part of a DATA frame, as it comes in. */
  data(stream: number, part: Buffer, isEnd: boolean): void;
  /** Any other frame, complete. */
  frame(type: number, flags: number, stream: number, payload: Buffer): void;
}

/** Cuts what a socket delivers into frames. */
export function frameReader(receiver: FrameReceiver): (chunk: Buffer) => void {
  let pending: Buffer = EMPTY;
  let dataLeft = 0;
  let dataStream = 0;
  let dataEnds = false;
  return (chunk) => {
    const bytes = pending.length > 0 ? Buffer.concat([pending, chunk]) : chunk;
    let at = 0;
    while (at < bytes.length) {
      if (dataLeft > 0) {
        const part = bytes.subarray(at, at + dataLeft);
        at += part.length;
        dataLeft -= part.length;
        receiver.data(dataStream, part, dataEnds && dataLeft === 0);
        continue;
      }
      if (bytes.length - at < HEADER_BYTES) break;
      const length = bytes.readUIntBE(at, 3);
      const [type, flags] = [bytes.readUInt8(at + 3), bytes.readUInt8(at + 4)];
      const stream = bytes.readUInt32BE(at + 5) & WINDOW_MAX;
      if (type === FRAME.data) {
        at += HEADER_BYTES;
        dataLeft = length;
        dataStream = stream;
        dataEnds = (flags & FLAG.endStream) !== 0;
        if (length === 0) receiver.data(stream, EMPTY, dataEnds);
        continue;
      }
      if (bytes.length - at < HEADER_BYTES + length) break;
      receiver.frame(type, flags, stream, bytes.subarray(at + HEADER_BYTES, at + HEADER_BYTES + length));
      at += HEADER_BYTES + length;
    }
    pending = bytes.subarray(at);
  };
}
