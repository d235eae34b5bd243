import { isIP, connect as netConnect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as tlsConnect } from 'node:tls';

/** Whom to trust, and who we are. */
export type TlsOptions = Pick<ConnectionOptions, 'ca' | 'cert' | 'key'>;

/** A socket on its way to a server of HTTP/2. @param endpoint `http://host:2379` or `https://host:2379` */
export function socketTo(endpoint: string, tls: TlsOptions | undefined): Socket {
  const { protocol, hostname, port } = new URL(endpoint);
  const host = hostname.replace(/^\[(.*)\]$/, '$1');
  if (protocol === 'http:') return netConnect({ host, port: Number(port || 80) });
  // Addresses are no names of servers (RFC 6066, section 3).
  const named = isIP(host) === 0 ? { servername: host } : {};
  return tlsConnect({ ...tls, ...named, host, port: Number(port || 443), ALPNProtocols: ['h2'] });
}
