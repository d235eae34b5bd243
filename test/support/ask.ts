import { readFile } from 'node:fs/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { parse } from 'yaml';

export interface Credentials {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

const decode = (text: string): string => Buffer.from(text, 'base64').toString();

/** What a kubeconfig gives its client: server and credentials. */
export function readKubeconfig(text: string): Required<Credentials> & { server: string } {
  const { clusters, users } = parse(text) as {
    clusters: [{ cluster: { server: string; 'certificate-authority-data': string } }];
    users: [{ user: { 'client-certificate-data': string; 'client-key-data': string } }];
  };
  const { server, 'certificate-authority-data': ca } = clusters[0].cluster;
  const { 'client-certificate-data': cert, 'client-key-data': key } = users[0].user;
  return { server, ca: decode(ca), cert: decode(cert), key: decode(key) };
}

export async function readKubeconfigFile(file: string): Promise<ReturnType<typeof readKubeconfig>> {
  return readKubeconfig(await readFile(file, 'utf8'));
}

export interface Answered {
  readonly status: number;
  readonly text: string;
  /** False when the connection ended before the answer did. */
  readonly complete: boolean;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Name to look for in the server's certificate instead of the URL's. */
  readonly servername?: string;
  /** Without them the server's certificate is not looked at, and nobody asks. */
  readonly credentials?: Credentials;
}

/** Begins an exchange over HTTP/1.1 on a connection of its own, and resolves with the head of the answer. */
export function open(
  url: string,
  { method = 'GET', headers = {}, body = '', servername, credentials }: Asked = {},
): Promise<IncomingMessage> {
  const tls = { ...credentials, ...(servername && { servername }), ...(!credentials && { rejectUnauthorized: false }) };
  const { origin, hostname, port } = new URL(url);
  // The path goes out as it is written: a URL would resolve its dots.
  const path = url.slice(origin.length) || '/';
  const options = { method, headers, hostname: hostname.replace(/^\[|\]$/g, ''), port, path, agent: false } as const;
  return new Promise((resolve, reject) => {
    const outgoing = url.startsWith('https:') ? httpsRequest({ ...options, ...tls }) : httpRequest(options);
    outgoing.once('response', resolve);
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

/** The rest of an answer. */
export function finish(response: IncomingMessage): Promise<Answered> {
  return new Promise((resolve) => {
    let text = '';
    response.setEncoding('utf8').on('data', (part: string) => {
      text += part;
    });
    response.on('error', () => undefined); // `complete` tells
    response.once('close', () => resolve({ status: response.statusCode ?? 0, text, complete: response.complete }));
  });
}

/** One exchange over HTTP/1.1. */
export async function ask(url: string, asked: Asked = {}): Promise<Answered> {
  return finish(await open(url, asked));
}
