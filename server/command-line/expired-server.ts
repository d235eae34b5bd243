/** A connection to a server whose certificate has expired, and is good in everything else. */
import { X509Certificate } from 'node:crypto';
import { checkServerIdentity, connect, type TLSSocket } from 'node:tls';
import type { AdminConnection } from './admin-connection.ts';

const CERTIFICATES = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Nothing is sent before the server is known. @throws Error when it is another one */
export function connectExpired({ server, caCertificate, certificate, key }: AdminConnection): Promise<TLSSocket> {
  const { hostname, port } = new URL(server);
  const host = hostname.replace(/^\[|\]$/g, '');
  return new Promise((resolve, reject) => {
    const socket = connect({
      host,
      port: Number(port || 443),
      ca: caCertificate,
      rejectUnauthorized: false,
      ...(certificate !== undefined && key !== undefined && { cert: certificate, key }),
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      const problem = problemOf(socket, host, caCertificate);
      if (problem) socket.destroy(problem);
      else resolve(socket);
    });
  });
}

/** Node tells one problem only, and somebody else's certificate may have expired as well. */
function problemOf(socket: TLSSocket, host: string, caCertificate: string): Error | undefined {
  const shown = socket.getPeerCertificate();
  const certificate = new X509Certificate(shown.raw);
  const isOurs = (caCertificate.match(CERTIFICATES) ?? []).some((pem) => {
    const authority = new X509Certificate(pem);
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey);
  });
  return isOurs ? checkServerIdentity(host, shown) : new Error('its certificate is of another authority');
}
