import { CODE, ConnectionError } from './protocol.ts';

/** What is in a frame that is filled up. @throws ConnectionError for more padding than there is */
export function withoutPadding(payload: Buffer): Buffer {
  const padding = payload[0];
  if (padding === undefined || padding >= payload.length)
    throw new ConnectionError(CODE.protocolError, 'more padding than there is');
  return payload.subarray(1, payload.length - padding);
}

/** The number of a stream, without the bit that has no meaning. */
export const streamIn = (payload: Buffer, at: number): number => payload.readUInt32BE(at) & 0x7fffffff;
