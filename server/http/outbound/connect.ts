/** Opens TLS connections; what fails is told in the words of Go's net and crypto/tls. */
import type { X509Certificate } from 'node:crypto';
import { connect as connectTcp, isIP, isIPv6, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import type { Connection, OutboundRequest } from '../../kube/outbound.ts';
import { chainFault, leafFault } from './certificate-faults.ts';

/** What a connection is made of. */
export type Target = Pick<OutboundRequest, 'caBundle' | 'clientCertificate' | 'connect' | 'insecure'> & {
  readonly host: string;
  readonly port: number;
  /** Name or address that the certificate has to be for. */
  readonly serverName: string;
};

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
  return secure(socket, target, now);
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

function secure(socket: Duplex, target: Target, now: () => number): Promise<TLSSocket> {
  const { caBundle, clientCertificate, insecure = false, serverName } = target;
  return new Promise((resolve, reject) => {
    const secured = connectTls({
      socket,
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: !insecure,
      // The name is checked below, with Go's words.
      checkServerIdentity: () => undefined,
      ...(isIP(serverName) === 0 && { servername: serverName }),
      ...(caBundle !== undefined && { ca: caBundle, allowPartialTrustChain: true }),
      ...clientCertificate,
    });
    let leaf: X509Certificate | undefined;
    let fault: string | undefined;
    // Before Node looks at the chain, which Go does last.
    secured.prependOnceListener('secure', () => {
      leaf = secured.getPeerX509Certificate();
      if (leaf && !insecure) fault = leafFault(leaf, serverName, now());
    });
    secured.once('secureConnect', () => {
      if (fault === undefined) return resolve(secured);
      secured.destroy();
      reject(new Error(`tls: failed to verify certificate: ${fault}`));
    });
    secured.once('error', (error: SystemError) => {
      secured.destroy();
      socket.destroy();
      reject(new Error(fault === undefined ? handshakeFault(error, leaf, caBundle) : verifyFault(fault)));
    });
    secured.once('close', () => reject(new Error('EOF')));
  });
}

const verifyFault = (fault: string): string => `tls: failed to verify certificate: ${fault}`;

const NO_CHAIN = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'CERT_UNTRUSTED',
  'INVALID_CA',
]);

/** Alerts of the other side, as Go prints them. */
const ALERTS: Readonly<Record<string, string>> = {
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: 'remote error: tls: handshake failure',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'remote error: tls: protocol version not supported',
  ERR_SSL_TLSV1_UNRECOGNIZED_NAME: 'remote error: tls: unrecognized name',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED: 'remote error: tls: certificate required',
};

function handshakeFault(error: SystemError, leaf: X509Certificate | undefined, trusted: string | undefined): string {
  const { code = '', message } = error;
  if (NO_CHAIN.has(code)) return verifyFault(chainFault(leaf, trusted));
  if (code === 'CERT_HAS_EXPIRED' || code === 'CERT_NOT_YET_VALID')
    return verifyFault('x509: certificate has expired or is not yet valid: ');
  if (code === 'ERR_SSL_WRONG_VERSION_NUMBER' || code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG')
    return 'http: server gave HTTP response to HTTPS client';
  if (code === 'ECONNRESET') return message.includes('read') ? 'connection reset by peer' : 'EOF';
  return ALERTS[code] ?? `tls: ${message}`;
}
