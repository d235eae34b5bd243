import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { ApiError } from '../kube/api-error.ts';
import type { ServiceTraffic } from '../pipeline/service-traffic.ts';

/** Refuses a client that wants a tunnel. */
function refuse(socket: Duplex, status: number, text: string): void {
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\ncontent-type: text/plain; charset=utf-8\r\n` +
      `connection: close\r\ncontent-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

/** Each side may end before the other. */
function join(client: Duplex, server: Duplex): void {
  server.on('error', () => client.destroy());
  client.pipe(server).pipe(client);
  client.once('close', () => server.destroy());
  server.once('close', () => {
    if (!server.readableEnded) client.destroy();
  });
}

/**
 * `CONNECT my-service:443`: whatever a client speaks, for what the cluster has. It leads nowhere else.
 *
 * @param elsewhere what is said of other hosts
 */
export async function tunnel(
  target: string,
  socket: Duplex,
  head: Buffer,
  { traffic, elsewhere }: { readonly traffic: ServiceTraffic; readonly elsewhere: string },
): Promise<void> {
  socket.on('error', () => undefined); // nobody else listens on it any more, and clients reset it when refused
  const [, bracketed, plain, port = ''] = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(target) ?? [];
  try {
    const host = bracketed ?? plain;
    const destination = host === undefined ? undefined : traffic.host(host, Number(port));
    if (!destination) {
      refuse(socket, host === undefined ? 400 : 403, elsewhere);
      return;
    }
    let connection: Duplex;
    try {
      connection = await destination.pod.dial(destination.port);
    } catch (error) {
      refuse(socket, 503, `fauxkube: ${(error as Error).message}\n`);
      return;
    }
    if (socket.destroyed) {
      connection.destroy();
      return;
    }
    socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
    if (head.length > 0) socket.unshift(head);
    join(socket, connection);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    refuse(socket, error.code === 404 ? 403 : error.code, `fauxkube: ${error.message}\n`);
  }
}
