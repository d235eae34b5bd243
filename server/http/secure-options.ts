import type { ServerOptions } from 'node:https';
import { LIMITS } from '../kube/limits.ts';
import type { CertificateAndKey } from '../kube/tls/secure-server.ts';
import { CONNECTION_TIMES, http1Times } from './connection-times.ts';

/** How the API is served over TLS: who speaks HTTP/2 says so in the handshake. */
export function secureOptions(
  { key, cert, clientCa: ca }: CertificateAndKey & { readonly clientCa: string | string[] },
  times = CONNECTION_TIMES,
): ServerOptions {
  return {
    ...http1Times(times),
    handshakeTimeout: times.headMs,
    maxHeaderSize: LIMITS.headerBytes,
    ALPNProtocols: ['h2', 'http/1.1'],
    key,
    cert,
    ca,
    requestCert: true,
    rejectUnauthorized: false,
  };
}
