import type { IncomingHttpHeaders } from 'node:http2';
import type { Duplex } from 'node:stream';
import {
  GRPC_CODES,
  HEALTH_CHECK_PATH,
  requestFrame,
  type ServingStatus,
  statusIn,
  wholeOf,
} from './health-messages.ts';
import { http2 } from './http2.ts';

/** What came of asking: an answer, or why there is none. `undefined`: who listens there does not speak HTTP/2. */
export type HealthAnswer =
  | { readonly status: ServingStatus }
  | { readonly code: number; readonly message: string }
  | undefined;

const CODE_NAMES: Readonly<Record<number, string>> = {
  1: 'Canceled',
  2: 'Unknown',
  3: 'InvalidArgument',
  4: 'DeadlineExceeded',
  5: 'NotFound',
  7: 'PermissionDenied',
  8: 'ResourceExhausted',
  12: 'Unimplemented',
  13: 'Internal',
  14: 'Unavailable',
  16: 'Unauthenticated',
};

/** How grpc-go writes the code of an error. */
export const codeName = (code: number): string => CODE_NAMES[code] ?? `Code(${code})`;

function failureIn(headers: IncomingHttpHeaders): { readonly code: number; readonly message: string } | undefined {
  const code = headers['grpc-status'];
  if (code === undefined || Number(code) === GRPC_CODES.ok) return undefined;
  return { code: Number(code), message: decodeURIComponent(String(headers['grpc-message'] ?? '')) };
}

/** Asks a server over a connection how a service is: grpc.health.v1. The connection is closed afterwards. */
export async function askHealth(connection: Duplex, authority: string, service: string): Promise<HealthAnswer> {
  const { connect } = http2();
  return new Promise((resolve) => {
    const session = connect(`http://${authority}`, { createConnection: () => connection });
    const end = (answer: HealthAnswer): void => {
      resolve(answer);
      session.destroy();
    };
    let hasSettings = false;
    session.on('remoteSettings', () => {
      hasSettings = true;
    });
    const closed = { code: GRPC_CODES.unknown, message: 'connection closed' };
    session.on('error', () => end(hasSettings ? closed : undefined));
    session.on('close', () => resolve(hasSettings ? closed : undefined));
    const stream = session.request({
      ':method': 'POST',
      ':path': HEALTH_CHECK_PATH,
      'content-type': 'application/grpc',
      'user-agent': 'kube-probe/1.37',
      te: 'trailers',
    });
    let head: IncomingHttpHeaders = {};
    let trailers: IncomingHttpHeaders = {};
    stream.on('response', (headers) => {
      head = headers;
    });
    stream.on('trailers', (headers: IncomingHttpHeaders) => {
      trailers = headers;
    });
    stream.on('error', () => undefined);
    stream.end(requestFrame(service));
    void wholeOf(stream).then(
      (body) => {
        const httpStatus = Number(head[':status']);
        if (httpStatus !== 200)
          end({ code: GRPC_CODES.unknown, message: `unexpected HTTP status code received from server: ${httpStatus}` });
        else {
          const status = statusIn(body);
          const missing = { code: GRPC_CODES.unknown, message: 'server closed the stream without sending an answer' };
          end(failureIn(trailers) ?? failureIn(head) ?? (status ? { status } : missing));
        }
      },
      () => end(hasSettings ? closed : undefined),
    );
  });
}
