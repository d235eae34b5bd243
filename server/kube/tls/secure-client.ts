/** The client's side of TLS over any stream; what fails is told in the words of Go's crypto/tls. */
import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect, type TLSSocket } from 'node:tls';
import { chainFault, leafFault } from './certificate-faults.ts';

/** Whom a client expects, and what it shows. */
export interface TlsTarget {
  /** Name or address that the certificate has to be for. */
  readonly serverName: string;
  /** PEM of the authorities to trust; those of the system unless given. '' trusts nobody. */
  readonly caBundle?: string;
  /** Whether any certificate will do. */
  readonly insecure?: boolean;
  /** PEM of what this side shows. */
  readonly clientCertificate?: { readonly key: string; readonly cert: string };
}

/** A connection that could not be secured: `tls: failed to verify certificate: …`. */
export class TlsError extends Error {
  override readonly name = 'TlsError';
  /** What OpenSSL and Node call it: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`, … */
  readonly code: string;

  constructor(message: string, code: string) {
    super(message);
    this.code = code;
  }
}

interface SystemError extends Error {
  readonly code?: string;
}

/** @throws TlsError; the stream is destroyed then */
export function secureClient(socket: Duplex, target: TlsTarget, now: () => number): Promise<TLSSocket> {
  const { caBundle, clientCertificate, insecure = false, serverName } = target;
  return new Promise((resolve, reject) => {
    const secured = connect({
      socket,
      ALPNProtocols: ['http/1.1'],
      rejectUnauthorized: !insecure,
      // The name is checked below, with Go's words.
      checkServerIdentity: () => undefined,
      ...(isIP(serverName) === 0 && { servername: serverName }),
      ...(caBundle !== undefined && { ca: caBundle === '' ? [] : caBundle, allowPartialTrustChain: true }),
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
      socket.destroy();
      reject(new TlsError(verifyFault(fault), leafCode(fault)));
    });
    secured.once('error', (error: SystemError) => {
      secured.destroy();
      socket.destroy();
      const message = fault === undefined ? handshakeFault(error, leaf, caBundle) : verifyFault(fault);
      reject(new TlsError(message, error.code ?? ''));
    });
    secured.once('close', () => reject(new TlsError('EOF', 'ECONNRESET')));
  });
}

const verifyFault = (fault: string): string => `tls: failed to verify certificate: ${fault}`;

function leafCode(fault: string): string {
  if (!fault.includes('has expired or is not yet valid')) return 'ERR_TLS_CERT_ALTNAME_INVALID';
  return fault.includes(' is before ') ? 'CERT_NOT_YET_VALID' : 'CERT_HAS_EXPIRED';
}

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
  if (PLAIN_SERVER.has(code)) return 'http: server gave HTTP response to HTTPS client';
  if (code === 'ECONNRESET') return message.includes('read') ? 'connection reset by peer' : 'EOF';
  return ALERTS[code] ?? `tls: ${message}`;
}

/** What OpenSSL says of bytes that are no TLS. */
export const PLAIN_SERVER: ReadonlySet<string> = new Set([
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_PACKET_LENGTH_TOO_LONG',
]);
