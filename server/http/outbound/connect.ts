/** Opens TLS connections; what fails is told in the words of Go's net and crypto/tls. */
import { connect as connectTcp, isIPv6, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Connection, OutboundRequest } from '../../kube/outbound.ts';
import { secureClient, type TlsTarget } from '../../kube/tls/secure-client.ts';

/** What a connection is made of. */
export interface Target extends TlsTarget, Pick<OutboundRequest, 'connect'> {
  readonly host: string;
  readonly port: number;
}

interface SystemError extends Error {
  readonly code?: string;
  readonly syscall?: string;
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset by peer',
  EHOSTUNREACH: 'no route to host',
  ENETUNREACH: 'network is unreachable',
  ETIMEDOUT: 'connection timed out',
  EADDRNOTAVAIL: 'cannot assign requested address',
  EACCES: 'permission denied',
};

/** `127.0.0.1:443`, `[::1]:443`. */
export const hostPort = (host: string, port: number): string =>
  isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;

/** @throws Error `dial tcp 127.0.0.1:9443: connect: connection refused`, `tls: failed to verify certificate: …` */
export async function openConnection(target: Target, now: () => number): Promise<TLSSocket> {
  const connection: Connection = (await target.connect?.()) ?? { host: target.host, port: target.port };
  const socket = connection instanceof Duplex ? connection : await dial(connection);
  return secureClient(socket, target, now);
}

function dial({ host, port }: { readonly host: string; readonly port: number }): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connectTcp({ host, port, noDelay: true });
    socket.once('connect', () => resolve(socket));
    socket.once('error', (error: SystemError & { readonly address?: string; readonly errors?: SystemError[] }) => {
      const cause = error.errors?.at(-1) ?? error;
      const { code = '', syscall = 'connect' } = cause;
      if (syscall === 'getaddrinfo') return reject(new Error(`dial tcp: lookup ${host}: no such host`));
      const { address = host } = cause as { address?: string };
      reject(new Error(`dial tcp ${hostPort(address, port)}: connect: ${REASONS[code] ?? error.message}`));
    });
  });
}
