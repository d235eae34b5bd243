import { systemClock } from '../base/clock.ts';
import type { ClusterDns } from '../kube/network/cluster-dns.ts';
import type { ServiceTraffic } from '../pipeline/service-traffic.ts';
import type { DnsServer } from './dns-server.ts';
import { type ForwardProxy, startForwardProxy } from './forward-proxy.ts';
import { type HttpServer, type ServingOptions, startHttpServer } from './server.ts';

export interface PlainPorts {
  readonly httpPort?: number | undefined;
  readonly proxyPort?: number | undefined;
  readonly dnsPort?: number | undefined;
}

export interface PlainServers {
  readonly http?: HttpServer;
  readonly proxy?: ForwardProxy;
  readonly dns?: DnsServer;
  close(): Promise<void>;
}

/**
 * Starts what speaks without TLS, on the ports that are given.
 *
 * @param hostOf where each may listen: on loopback unless the user says otherwise
 * @throws Error when a port is in use; then none is left open
 */
export async function startPlainServers(
  { httpPort, proxyPort, dnsPort }: PlainPorts,
  hostOf: (name: 'http' | 'proxy' | 'dns') => string,
  parts: {
    readonly serving: Omit<ServingOptions, 'tls'>;
    readonly traffic: ServiceTraffic;
    readonly dns: ClusterDns;
  },
): Promise<PlainServers> {
  const servers: { http?: HttpServer; proxy?: ForwardProxy; dns?: DnsServer } = {};
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
    return { ...servers, close };
  } catch (error) {
    await close();
    throw error;
  }
}
