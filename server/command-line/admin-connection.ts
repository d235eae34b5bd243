/** How a command reaches a running cluster: the server and the credentials of a kubeconfig file. */
import { readFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';

export interface AdminConnection {
  readonly server: string;
  /** PEM, as everything below. */
  readonly caCertificate: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
}

type Entry = Readonly<Record<string, unknown>>;

const TIMEOUT_MS = 10_000;

/** The connection of the current context. @throws Error that says what to do */
export function readConnection(path: string): AdminConnection {
  const fault = (what: string): Error =>
    new Error(`${path}: ${what}; choose the kubeconfig of a running cluster with --kubeconfig`);
  const config = readYaml(path, fault);
  const context = named(config.contexts, 'context', config['current-context']);
  const cluster = named(config.clusters, 'cluster', context?.cluster);
  const user = named(config.users, 'user', context?.user);
  const server = cluster?.server;
  if (!cluster || !user || typeof server !== 'string') throw fault('it has no current context');
  if (!server.startsWith('https://')) throw fault(`${server} is no HTTPS: certificates are good for that only`);
  const content = (entry: Entry, name: string): string | undefined => {
    const [data, file] = [entry[`${name}-data`], entry[name]];
    if (typeof data === 'string') return Buffer.from(data, 'base64').toString();
    return typeof file === 'string' ? readFileSync(resolve(dirname(path), file), 'utf8') : undefined;
  };
  const caCertificate = content(cluster, 'certificate-authority');
  if (caCertificate === undefined) throw fault('it names no certificate authority');
  const [certificate, key] = [content(user, 'client-certificate'), content(user, 'client-key')];
  const token = typeof user.token === 'string' ? user.token : undefined;
  if (token === undefined && (certificate === undefined || key === undefined)) {
    throw fault('its user has neither a certificate nor a token');
  }
  return {
    server: server.replace(/\/$/, ''),
    caCertificate,
    ...(certificate !== undefined && key !== undefined && { certificate, key }),
    ...(token !== undefined && { token }),
  };
}

function readYaml(path: string, fault: (what: string) => Error): Entry {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw fault(`it cannot be read: ${(error as Error).message}`);
  }
  try {
    return (parse(text) ?? {}) as Entry;
  } catch {
    // The parser's words would show the lines around the fault, and with them keys.
    throw fault('it is no YAML');
  }
}

function named(entries: unknown, field: string, name: unknown): Entry | undefined {
  if (!Array.isArray(entries)) return undefined;
  const entry = (entries as Entry[]).find((candidate) => candidate.name === name);
  return entry?.[field] as Entry | undefined;
}

/** Sends JSON and reads JSON. @throws Error with the words of the API, or why there is no answer */
export function send<T>(connection: AdminConnection, method: string, path: string, body?: object): Promise<T> {
  const { server, caCertificate: ca, certificate: cert, key, token } = connection;
  const text = body && JSON.stringify(body);
  return new Promise((done, reject) => {
    const asked = httpsRequest(
      new URL(`${server}${path}`),
      {
        method,
        ca,
        timeout: TIMEOUT_MS,
        agent: false,
        ...(cert !== undefined && { cert, key }),
        headers: {
          'user-agent': 'fauxkube',
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
          ...(text !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
        },
      },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const read = Buffer.concat(chunks).toString();
          if ((answer.statusCode ?? 500) >= 400) reject(new Error(messageOf(read)));
          else done(JSON.parse(read) as T);
        });
      },
    );
    asked.once('timeout', () => asked.destroy(new Error('it does not answer')));
    asked.once('error', ({ message }) =>
      reject(new Error(`${server} cannot be reached (${message}): is fauxkube start running?`)),
    );
    asked.end(text);
  });
}

function messageOf(text: string): string {
  try {
    return (JSON.parse(text) as { message?: string }).message ?? text;
  } catch {
    return text;
  }
}
