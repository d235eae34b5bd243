/** Reads kubeconfig files: how commands reach a cluster, and how a cluster reaches webhooks of its configuration. */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import type { RemoteServer } from '../kube/remote-server.ts';

type Entry = Readonly<Record<string, unknown>>;

/** What the current context of a kubeconfig says. Contents of files are there whether the file has or names them. */
export interface KubeconfigContext {
  readonly server: string;
  /** PEM, as everything below. */
  readonly caCertificate?: string;
  readonly serverName?: string;
  readonly insecure: boolean;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
  readonly tokenFile?: string;
  readonly username?: string;
  readonly password?: string;
}

/** Ways to reach a server that are not supported: whoever wants one has to know. */
const UNSUPPORTED = { cluster: ['proxy-url'], user: ['exec', 'auth-provider'] } as const;

/** @throws Error that says what is wrong with the file */
export function readKubeconfig(path: string): KubeconfigContext {
  const fault = (what: string): Error => new Error(`${path}: ${what}`);
  const config = readYaml(path, fault);
  const context = named(config.contexts, 'context', config['current-context']);
  const cluster = named(config.clusters, 'cluster', context?.cluster);
  const user = named(config.users, 'user', context?.user) ?? (context && !context.user ? {} : undefined);
  const server = cluster?.server;
  if (!cluster || !user || typeof server !== 'string') throw fault('it has no current context');
  if (!URL.canParse(server) || !server.startsWith('https://'))
    throw fault(`${server} is no HTTPS: certificates are good for that only`);
  for (const name of UNSUPPORTED.cluster) if (cluster[name]) throw fault(`${name} is not supported`);
  for (const name of UNSUPPORTED.user) if (user[name]) throw fault(`${name} is not supported`);
  const fileOf = (name: string): string => resolve(dirname(path), name);
  const content = (entry: Entry, name: string): string | undefined => {
    const [data, file] = [entry[`${name}-data`], entry[name]];
    if (typeof data === 'string') return Buffer.from(data, 'base64').toString();
    if (typeof file !== 'string') return undefined;
    try {
      return readFileSync(fileOf(file), 'utf8');
    } catch (error) {
      throw fault(`unable to read ${name} ${file}: ${(error as Error).message}`);
    }
  };
  const caCertificate = content(cluster, 'certificate-authority');
  const [certificate, key] = [content(user, 'client-certificate'), content(user, 'client-key')];
  if ((certificate === undefined) !== (key === undefined))
    throw fault('client-certificate and client-key are only good together');
  const [serverName, token, tokenFile] = [text(cluster['tls-server-name']), text(user.token), text(user.tokenFile)];
  const [username, password] = [text(user.username), text(user.password)];
  return {
    server,
    insecure: cluster['insecure-skip-tls-verify'] === true,
    ...(caCertificate !== undefined && { caCertificate }),
    ...(serverName !== undefined && { serverName }),
    ...(certificate !== undefined && key !== undefined && { certificate, key }),
    ...(token !== undefined && { token }),
    ...(tokenFile !== undefined && { tokenFile: fileOf(tokenFile) }),
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** The server of the current context, to be called. @throws Error that says what is wrong with the file */
export function readRemoteServer(path: string): RemoteServer {
  const { server, caCertificate, serverName, insecure, certificate, key, ...user } = readKubeconfig(path);
  const { token, tokenFile, username, password = '' } = user;
  return {
    url: server,
    ...(caCertificate !== undefined && { caBundle: caCertificate }),
    ...(serverName !== undefined && { serverName }),
    ...(insecure && { insecure }),
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

function readYaml(path: string, fault: (what: string) => Error): Entry {
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
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
