import { CODE, ConnectionError, FLAG, FRAME, WINDOW_MAX, wordsFrame } from './protocol.ts';

/** What is in a frame that is filled up. @throws ConnectionError for more padding than there is */
export function withoutPadding(payload: Buffer): Buffer {
  const padding = payload[0];
  if (padding === undefined || padding >= payload.length)
    throw new ConnectionError(CODE.protocolError, 'more padding than there is');
  return payload.subarray(1, payload.length - padding);
}

/** The number of a stream, without the bit that has no meaning. */
export const streamIn = (payload: Buffer, at: number): number => payload.readUInt32BE(at) & 0x7fffffff;

/** By how much a window is widened. @throws ConnectionError */
export function windowIn(payload: Buffer): number {
  if (payload.length !== 4) throw new ConnectionError(CODE.frameSizeError, 'a window of the wrong size');
  return payload.readUInt32BE() & WINDOW_MAX;
}

/** Whether settings only say that ours have come. @throws ConnectionError */
export function isSettingsAck(flags: number, id: number, payload: Buffer): boolean {
  if (id !== 0) throw new ConnectionError(CODE.protocolError, 'settings of a stream');
  const isAck = (flags & FLAG.ack) !== 0;
  if (payload.length % 6 !== 0 || (isAck && payload.length > 0))
    throw new ConnectionError(CODE.frameSizeError, 'settings of the wrong size');
  return isAck;
}

/** The answer to a ping; nothing for one that is an answer itself. @throws ConnectionError */
export function pongTo(flags: number, id: number, payload: Buffer): Buffer | undefined {
  if (id !== 0) throw new ConnectionError(CODE.protocolError, 'a ping of a stream');
  if (payload.length !== 8) throw new ConnectionError(CODE.frameSizeError, 'a ping of the wrong size');
  if (flags & FLAG.ack) return undefined;
  return wordsFrame(FRAME.ping, FLAG.ack, 0, payload.readUInt32BE(), payload.readUInt32BE(4));
}
