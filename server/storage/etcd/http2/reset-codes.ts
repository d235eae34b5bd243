import { CODE } from '../../../base/http2/protocol.ts';

/** Names of the codes (RFC 9113, section 7), in their order. */
const NAMES = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];

/** Why a stream has ended that a server has reset, in Node's words; nothing where the code gives no reason. */
export function resetReason(code: number): string | undefined {
  if (code === CODE.noError || code === CODE.cancel) return undefined;
  const name = NAMES[code];
  return `Stream closed with error code ${name === undefined ? code : `NGHTTP2_${name}`}`;
}
