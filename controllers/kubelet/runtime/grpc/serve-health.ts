import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import { listenFor } from '../images/listen.ts';
import type { Process } from '../machine/process.ts';
import {
  answerFrame,
  GRPC_CODES,
  HEALTH_CHECK_PATH,
  type ServingStatus,
  serviceIn,
  wholeOf,
} from './health-messages.ts';
import { http2 } from './http2.ts';

/** What a program says about a service; undefined when it knows none of that name. */
export type HealthOf = (service: string) => Promise<ServingStatus | undefined>;

function refuse(stream: ServerHttp2Stream, code: number, message: string): void {
  const headers = { ':status': 200, 'content-type': 'application/grpc' };
  stream.respond(
    { ...headers, 'grpc-status': String(code), 'grpc-message': encodeURIComponent(message) },
    { endStream: true },
  );
}

async function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, healthOf: HealthOf): Promise<void> {
  const path = headers[':path'] ?? '';
  if (path !== HEALTH_CHECK_PATH) {
    const [, service = '', method = ''] = path.split('/');
    refuse(stream, GRPC_CODES.unimplemented, `unknown method ${method} for service ${service}`);
    return;
  }
  const service = serviceIn(await wholeOf(stream));
  const status = service === undefined ? undefined : await healthOf(service);
  if (stream.destroyed) return;
  if (!status) {
    refuse(stream, GRPC_CODES.notFound, 'unknown service');
    return;
  }
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(answerFrame(status));
}

/**
 * Serves the checks of grpc.health.v1 on a port for as long as a process lives.
 *
 * @throws SystemError when the port is taken
 */
export function serveHealth(process: Process, port: number, healthOf: HealthOf): void {
  const { performServerHandshake } = http2();
  listenFor(process, port, (connection) => {
    const session = performServerHandshake(connection);
    session.on('error', () => connection.destroy());
    session.on('stream', (stream, headers) => {
      stream.on('error', () => undefined);
      void process.thread(async () => {
        await process.block(answer(stream, headers, healthOf));
      });
    });
  });
}
