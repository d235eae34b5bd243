import type { SecureServerOptions } from 'node:http2';
import { LIMITS } from '../kube/limits.ts';
import type { CertificateAndKey } from '../kube/tls/secure-server.ts';

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
  };
}
