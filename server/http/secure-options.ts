import type { SecureServerOptions } from 'node:http2';
import { LIMITS } from '../kube/limits.ts';
import type { CertificateAndKey } from '../kube/tls/secure-server.ts';

/** Go's defaults for servers: 250 streams of one connection at once. */
const HTTP2_SETTINGS = { maxConcurrentStreams: 250, initialWindowSize: 1 << 20 };

/** How the API is served over TLS. */
export function secureOptions({
  key,
  cert,
  clientCa: ca,
}: CertificateAndKey & { readonly clientCa: string | string[] }): SecureServerOptions & { maxHeaderSize: number } {
  return {
    allowHTTP1: true,
    maxHeaderSize: LIMITS.headerBytes,
    key,
    cert,
    ca,
    requestCert: true,
    rejectUnauthorized: false,
    settings: HTTP2_SETTINGS,
  };
}
