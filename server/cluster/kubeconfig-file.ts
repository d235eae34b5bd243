/** Reads kubeconfig files: how commands reach a cluster, and how a cluster reaches webhooks of its configuration. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { CallerCredentials, Credentials } from '../admission/webhooks/credentials.ts';
import type { RemoteServer } from '../kube/remote-server.ts';

type Entry = Readonly<Record<string, unknown>>;

/** A user of a kubeconfig. Contents of files are there whether the file has or names them. */
export interface KubeconfigUser {
  /** PEM, as all certificates and keys. */
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
}

/** What the current context of a kubeconfig says. */
export interface KubeconfigContext extends KubeconfigUser {
  readonly server: string;
  readonly caCertificate?: string;
  readonly serverName?: string;
  readonly insecure: boolean;
}

/** Ways to reach a server that are not supported: whoever wants one has to know. */
const UNSUPPORTED = { cluster: ['proxy-url'], user: ['exec', 'auth-provider'] } as const;

/** @param content of the file, where it has been read. @throws Error that says what is wrong with the file */
export function readKubeconfig(path: string, content?: string): KubeconfigContext {
  const fault = (what: string): Error => new Error(`${path}: ${what}`);
  const config = readYaml(path, fault, content);
  const context = named(config.contexts, 'context', config['current-context']);
  const cluster = named(config.clusters, 'cluster', context?.cluster);
  const user = named(config.users, 'user', context?.user) ?? (context && !context.user ? {} : undefined);
  const server = cluster?.server;
  if (!cluster || !user || typeof server !== 'string') throw fault('it has no current context');
  if (!URL.canParse(server) || !server.startsWith('https://'))
    throw fault(`${server} is no HTTPS: certificates are good for that only`);
  for (const name of UNSUPPORTED.cluster) if (cluster[name]) throw fault(`${name} is not supported`);
  const caCertificate = contentOf(cluster, 'certificate-authority', path, fault);
  const serverName = text(cluster['tls-server-name']);
  return {
    server,
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...(caCertificate !== undefined && { caCertificate }),
    ...(serverName !== undefined && { serverName }),
    ...userOf(user, path, fault),
  };
}

type Fault = (what: string) => Error;

/** The content of a file that a kubeconfig has in itself, or names. */
function contentOf(entry: Entry, name: string, path: string, fault: Fault): string | undefined {
  const [data, file] = [entry[`${name}-data`], entry[name]];
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString();
  if (typeof file !== 'string') return undefined;
  try {
    return readFileSync(resolve(dirname(path), file), 'utf8');
  } catch (error) {
    throw fault(`unable to read ${name} ${file}: ${(error as Error).message}`);
  }
}

function userOf(user: Entry, path: string, fault: Fault): KubeconfigUser {
  for (const name of UNSUPPORTED.user) if (user[name]) throw fault(`${name} is not supported`);
  const [certificate, key] = ['client-certificate', 'client-key'].map((name) => contentOf(user, name, path, fault));
  if ((certificate === undefined) !== (key === undefined))
    throw fault('client-certificate and client-key are only good together');
  const [token, tokenFile] = [text(user.token), text(user.tokenFile)];
  const [username, password] = [text(user.username), text(user.password)];
  return {
    ...(certificate !== undefined && key !== undefined && { certificate, key }),
    ...(token !== undefined && { token }),
    ...(tokenFile !== undefined && { tokenFile: resolve(dirname(path), tokenFile) }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The server of the current context, to be called. @throws Error that says what is wrong with the file */
export function readRemoteServer(path: string): RemoteServer {
  const { server, caCertificate, serverName, insecure, ...user } = readKubeconfig(path);
  return {
    url: server,
    ...(caCertificate !== undefined && { caBundle: caCertificate }),
    ...(serverName !== undefined && { serverName }),
    ...(insecure && { insecure }),
    ...credentialsOf(user),
  };
}

function credentialsOf(user: KubeconfigUser): Credentials {
  const { certificate, key, token, tokenFile, username, password = '' } = user;
  return {
    ...(certificate !== undefined && key !== undefined && { clientCertificate: { cert: certificate, key } }),
    headers(): Record<string, string> {
      // Who changes the file changes the token.
      const bearer = tokenFile === undefined ? token : readFileSync(tokenFile, 'utf8').trim();
      if (bearer !== undefined) return { authorization: `Bearer ${bearer}` };
      if (username === undefined) return {};
      return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
    },
  };
}

/** All users of a kubeconfig, and that of its current context. @throws Error that says what is wrong with the file */
export function readKubeconfigUsers(path: string): CallerCredentials {
  const fault = (what: string): Error => new Error(`${path}: ${what}`);
  const config = readYaml(path, fault);
  const entries = Array.isArray(config.users) ? (config.users as ({ name?: unknown; user?: unknown } | null)[]) : [];
  const users = new Map<string, Credentials>();
  for (const entry of entries) {
    if (typeof entry?.name === 'string')
      users.set(entry.name, credentialsOf(userOf((entry.user ?? {}) as Entry, path, fault)));
  }
  const name = text(named(config.contexts, 'context', config['current-context'])?.user);
  const current = name === undefined ? undefined : users.get(name);
  return { users, ...(current && { current }) };
}

function readYaml(path: string, fault: (what: string) => Error, known?: string): Entry {
  let content: string;
  try {
    content = known ?? readFileSync(path, 'utf8');
  } catch (error) {
    throw fault(`it cannot be read: ${(error as Error).message}`);
  }
  try {
    return (parse(content) ?? {}) as Entry;
  } catch {
    // The parser's words would show the lines around the fault, and with them keys.
    throw fault('it is no YAML');
  }
}

function named(entries: unknown, field: string, name: unknown): Entry | undefined {
  if (!Array.isArray(entries)) return undefined;
  const entry = (entries as (Entry | null)[]).find((candidate) => candidate?.name === name);
  return (entry?.[field] as Entry | null | undefined) ?? undefined;
}
