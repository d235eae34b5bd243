/** How the server presents itself to webhooks: NewDefaultAuthenticationInfoResolver. */
import type { RemoteServer } from '../../kube/remote-server.ts';

/** What somebody shows who calls. */
export type Credentials = Pick<RemoteServer, 'clientCertificate' | 'headers'>;

export interface CallerCredentials {
  /** Users of a kubeconfig, whose names are those of servers: `hooks.example.com:8443`, `*.svc`, `*`. */
  readonly users: ReadonlyMap<string, Credentials>;
  /** The user of the current context: for all others. */
  readonly current?: Credentials;
}

/** `host:port`, as users are named. */
export function hostAndPort(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === '' ? 443 : port}`;
}

/** What to show to a server; undefined is nothing. @param target `host:port` */
export function credentialsFor({ users, current }: CallerCredentials, target: string): Credentials | undefined {
  const names = [...patternsOf(target)];
  if (target.endsWith(':443')) names.push(...patternsOf(target.slice(0, -':443'.length)));
  for (const name of [...names, '*']) {
    const user = users.get(name);
    if (user) return user;
  }
  return current;
}

/** A name itself, and with a star in place of its first parts. */
function* patternsOf(target: string): Generator<string> {
  yield target;
  const parts = target.split('.');
  for (let from = 1; from < parts.length; from++) yield `*.${parts.slice(from).join('.')}`;
}
