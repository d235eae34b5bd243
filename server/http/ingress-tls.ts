/** Ingresses over TLS: each host with the certificate of its Ingress's secret. */
import { createServer } from 'node:https';
import { createSecureContext, type SecureContext } from 'node:tls';
import type { HostCertificate, IngressTraffic } from '../pipeline/ingress-traffic.ts';
import { type IngressServerOptions, ingressListeners } from './ingress-server.ts';
import { type ListeningServer, listen } from './listening-server.ts';

/** What a server proves its name with, PEM. */
export type ServerCertificate = HostCertificate;

/** Serves Ingresses over TLS. @throws the error of `listen`, such as EADDRINUSE */
export async function startIngressTlsServer(
  options: IngressServerOptions & { readonly certificate: ServerCertificate },
): Promise<ListeningServer> {
  const { ingress, certificate } = options;
  const { onRequest, onUpgrade } = ingressListeners(options);
  const server = createServer({
    ...certificate,
    ALPNProtocols: ['http/1.1'],
    SNICallback: (name, done) => done(null, contextOf(name, ingress)),
  });
  return listen(server.on('request', onRequest).on('upgrade', onUpgrade), options);
}

/** Without it a client gets the server's own, as from ingress-nginx its fake one: so it does for a broken secret. */
function contextOf(name: string, ingress: IngressTraffic): SecureContext | undefined {
  const certificate = ingress.certificate(name);
  try {
    return certificate && createSecureContext(certificate);
  } catch {
    return undefined;
  }
}
