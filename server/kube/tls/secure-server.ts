/** The server's side of TLS over any stream. */
import type { Duplex } from 'node:stream';
import { createSecureContext, createServer, type SecureContext, TLSSocket } from 'node:tls';
import { LIMITS } from '../limits.ts';

/** PEM of a certificate and its key. */
export interface CertificateAndKey {
  readonly cert: string;
  readonly key: string;
}

/** What a server shows, and what it asks of its clients. */
export interface TlsIdentity extends CertificateAndKey {
  /** What it shows to those who name a host, if that is something else. */
  readonly byName?: (host: string) => CertificateAndKey | undefined;
  /** The whole answer to those who speak HTTP instead; that of Go unless given. */
  readonly plainAnswer?: string;
  /** Protocols to choose from, the best one first; HTTP/1.1 unless given. */
  readonly protocols?: readonly string[];
  /** Asks clients for certificates of these authorities (PEM), but lets others in, too. */
  readonly clientCa?: string | readonly string[];
}

/** Takes one connection. @param secured called once the handshake is over */
export type SecureAccept = (connection: Duplex, secured: (socket: TLSSocket) => void) => void;

const HTTP_1: readonly string[] = ['http/1.1'];

/** The first byte of a TLS record that begins a handshake. */
const TLS_HANDSHAKE = 0x16;

/** What net/http answers to HTTP on a TLS port, word for word. */
const ANSWER = 'HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n';

/**
 * Looks at the first byte of a connection, and answers one that speaks HTTP instead of TLS as a Go server does.
 *
 * @param take called with what begins a handshake; nothing of it is missing
 */
export function onlyTls<S extends Duplex>(socket: S, take: (socket: S) => void, answer = ANSWER): void {
  socket.once('error', () => socket.destroy());
  socket.once('data', (first: Buffer) => {
    socket.pause();
    if (first[0] === TLS_HANDSHAKE) {
      socket.unshift(first);
      take(socket);
    } else if (/^[A-Z]+ /.test(first.subarray(0, 16).toString('latin1'))) socket.end(answer);
    else socket.destroy();
  });
}

/** @throws Error of OpenSSL for texts that are no certificate and key */
export function tlsAcceptor(identity: TlsIdentity): SecureAccept {
  const begin = identity.clientCa === undefined ? withContext(identity) : withServer(identity);
  return (connection, secured) => {
    const take = (stream: Duplex): void =>
      begin(stream, (socket) => {
        const { remoteAddress, remotePort } = stream as Duplex & { remoteAddress?: string; remotePort?: number };
        // The stream below knows who has opened it; what stands for a socket in Node does not ask it.
        Object.defineProperties(socket, { remoteAddress: { value: remoteAddress }, remotePort: { value: remotePort } });
        secured(socket);
      });
    onlyTls(connection, take, identity.plainAnswer);
  };
}

function withContext({ cert, key, byName, protocols = HTTP_1 }: TlsIdentity): SecureAccept {
  const secureContext = createSecureContext({ cert, key });
  const SNICallback = (host: string, done: (error: Error | null, context?: SecureContext) => void): void => {
    const named = byName?.(host);
    done(null, named && createSecureContext({ cert: named.cert, key: named.key }));
  };
  return (stream, secured) => {
    // Node's types want a socket, but any stream will do.
    const socket = new TLSSocket(stream as ConstructorParameters<typeof TLSSocket>[0], {
      isServer: true,
      secureContext,
      ...(byName && { SNICallback }),
      ALPNProtocols: [...protocols],
    });
    socket.on('error', () => socket.destroy()).once('close', () => stream.destroy());
    socket.once('secure', () => secured(socket));
  };
}

/** Only Node's own server tells whether a client's certificate can be trusted; one of one connection, whose it is. */
function withServer({ cert, key, clientCa, protocols = HTTP_1 }: TlsIdentity): SecureAccept {
  const ca = typeof clientCa === 'string' ? clientCa : clientCa?.slice();
  const options = {
    handshakeTimeout: LIMITS.headMs,
    cert,
    key,
    ca,
    requestCert: true,
    rejectUnauthorized: false,
    ALPNProtocols: [...protocols],
  };
  createSecureContext({ cert, key, ca });
  return (stream, secured) => {
    const server = createServer(options);
    server.once('tlsClientError', () => stream.destroy());
    server.once('secureConnection', (socket) => {
      socket.on('error', () => socket.destroy()).once('close', () => stream.destroy());
      secured(socket);
    });
    server.emit('connection', stream);
  };
}
