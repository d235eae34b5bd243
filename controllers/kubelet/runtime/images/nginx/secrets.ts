/** TLS of nginx: `listen 443 ssl`, with `ssl_certificate` and `ssl_certificate_key`. */
import {
  type CertificateAndKey,
  type SecureAccept,
  tlsAcceptor,
} from '../../../../../server/kube/tls/secure-server.ts';
import type { Process } from '../../machine/process.ts';
import { IdentityError, loadIdentity } from '../../shell/programs/tls.ts';
import { ConfigError, type Directive } from './config.ts';
import { VERSION } from './pages.ts';
import { inherited, type Server, serverFor } from './servers.ts';

/** How connections to a port are taken where TLS is spoken. */
export type Secrets = ReadonlyMap<number, SecureAccept>;

const PLAIN_PAGE = [
  '<html>',
  '<head><title>400 The plain HTTP request was sent to HTTPS port</title></head>',
  '<body>',
  '<center><h1>400 Bad Request</h1></center>',
  '<center>The plain HTTP request was sent to HTTPS port</center>',
  `<hr><center>${VERSION}</center>`,
  '</body>',
  '</html>',
]
  .map((line) => `${line}\r\n`)
  .join('');

const PLAIN_ANSWER =
  `HTTP/1.1 400 Bad Request\r\nServer: ${VERSION}\r\nContent-Type: text/html\r\n` +
  `Content-Length: ${PLAIN_PAGE.length}\r\nConnection: close\r\n\r\n${PLAIN_PAGE}`;

/**
 * Reads the certificates of all servers.
 *
 * @throws ConfigError in nginx's words, as far as they do not come of OpenSSL
 */
export async function secretsOf(process: Process, servers: readonly Server[]): Promise<Secrets> {
  const identities = new Map<Server, CertificateAndKey>();
  for (const server of servers)
    for (const directive of server.secretPorts.values())
      if (!identities.has(server)) identities.set(server, await identityOf(process, server, directive));
  const ports = new Set(servers.flatMap(({ secretPorts }) => [...secretPorts.keys()]));
  const secrets = new Map<number, SecureAccept>();
  for (const port of ports) {
    const there = servers.filter(({ secretPorts }) => secretPorts.has(port));
    const byName = (host: string): CertificateAndKey | undefined => {
      const named = serverFor(there, port, host.toLowerCase());
      return named && identities.get(named);
    };
    const first = byName('');
    if (first) secrets.set(port, tlsAcceptor({ ...first, byName, plainAnswer: PLAIN_ANSWER }));
  }
  return secrets;
}

async function identityOf(process: Process, server: Server, { file, line }: Directive): Promise<CertificateAndKey> {
  const pathOf = (name: string): string => {
    const [path] = inherited(server, name)[0]?.args ?? [];
    if (path === undefined)
      throw new ConfigError(`no "${name}" is defined for the "listen ... ssl" directive in ${file}:${line}`);
    return path.startsWith('/') ? path : `/etc/nginx/${path}`;
  };
  const certificate = pathOf('ssl_certificate');
  try {
    return await loadIdentity(process, certificate, pathOf('ssl_certificate_key'));
  } catch (error) {
    if (!(error instanceof IdentityError)) throw error;
    throw new ConfigError(`cannot load certificate "${certificate}": ${error.message}`);
  }
}
