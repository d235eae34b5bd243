import { systemClock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { ClusterDns } from '../kube/network/cluster-dns.ts';
import type { IngressTraffic } from '../pipeline/ingress-traffic.ts';
import type { ServiceTraffic } from '../pipeline/service-traffic.ts';
import type { DnsServer } from './dns-server.ts';
import { startForwardProxy } from './forward-proxy.ts';
import type { ServerCertificate } from './ingress-tls.ts';
import type { ListeningServer } from './listening-server.ts';
import { type HttpServer, type ServingOptions, startHttpServer } from './server.ts';

export interface PlainPorts {
  readonly httpPort?: number | undefined;
  readonly proxyPort?: number | undefined;
  readonly dnsPort?: number | undefined;
  readonly ingressPort?: number | undefined;
  readonly ingressTlsPort?: number | undefined;
}

/** Ports that ask nobody who they are, by the names of `--insecure-bind`. */
export const OPEN_PORTS = ['http', 'proxy', 'dns', 'ingress'] as const;
export type OpenPort = (typeof OPEN_PORTS)[number];

/** Those that were asked for. */
interface Started {
  http?: HttpServer;
  proxy?: ListeningServer;
  dns?: DnsServer;
  ingress?: ListeningServer;
  ingressTls?: ListeningServer;
}

export interface PlainServers extends Readonly<Started> {
  close(): Promise<void>;
}

/** What the servers serve. */
export interface PlainParts {
  readonly serving: Omit<ServingOptions, 'tls'>;
  readonly traffic: ServiceTraffic;
  readonly dns: ClusterDns;
  readonly ingress: IngressTraffic;
  readonly random: Random;
  /** For hosts whose Ingress has no certificate. */
  readonly certificate: ServerCertificate;
}

/**
 * Starts what listens besides the API's own port, on the ports that are given.
 *
 * @param hostOf where each may listen: on loopback unless the user says otherwise
 * @throws Error when a port is in use; then none is left open
 */
export async function startPlainServers(
  { httpPort, proxyPort, dnsPort, ingressPort, ingressTlsPort }: PlainPorts,
  hostOf: (name: OpenPort) => string,
  parts: PlainParts,
): Promise<PlainServers> {
  const servers: Started = {};
  const close = async (): Promise<void> => {
    await Promise.all(Object.values(servers).map((server) => server.close()));
  };
  try {
    if (httpPort !== undefined)
      servers.http = await startHttpServer({ host: hostOf('http'), port: httpPort, ...parts.serving });
    if (proxyPort !== undefined)
      servers.proxy = await startForwardProxy({ host: hostOf('proxy'), port: proxyPort, traffic: parts.traffic });
    if (dnsPort !== undefined) {
      const { startDnsServer } = await import('./dns-server.ts');
      servers.dns = await startDnsServer({ host: hostOf('dns'), port: dnsPort, dns: parts.dns, clock: systemClock() });
    }
    if (ingressPort !== undefined) {
      const { startIngressServer } = await import('./ingress-server.ts');
      servers.ingress = await startIngressServer({ host: hostOf('ingress'), port: ingressPort, ...parts });
    }
    if (ingressTlsPort !== undefined) {
      const { startIngressTlsServer } = await import('./ingress-tls.ts');
      servers.ingressTls = await startIngressTlsServer({ host: hostOf('ingress'), port: ingressTlsPort, ...parts });
    }
    return { ...servers, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Where a client on this machine finds one of them. */
export function loopbackUrl(server: { readonly port: number } | undefined, scheme = 'http'): string | undefined {
  return server && `${scheme}://127.0.0.1:${server.port}`;
}

/** What the status of Ingresses tells of where they are served; undefined when they are not. */
export function ingressPointOf(
  { ingress, ingressTls }: PlainServers,
  address: string,
): { readonly address: string; readonly ports: readonly number[] } | undefined {
  const ports = [ingress, ingressTls].flatMap((server) => server?.port ?? []);
  return ports.length === 0 ? undefined : { address, ports };
}
