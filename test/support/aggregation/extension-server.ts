import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { createPki, type Pki } from '../../../server/auth/certificates.ts';
import { systemClock } from '../../../server/base/clock.ts';
import { seededRandom } from '../../../server/base/random.ts';
import { EXTENSION_GROUP, extensionPages } from './extension-pages.ts';

/** One request as it came in. */
export interface ExtensionRequest {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Names and values alternately, as sent. */
  readonly rawHeaders: readonly string[];
  /** Common name of the client certificate, and the PEM of it. */
  readonly client: { readonly commonName: string; readonly raw: Buffer } | undefined;
  readonly body: string;
}

/** An answer of the server that is no page of its API. */
export type Handler = (request: ExtensionRequest, answer: ServerResponse, message: IncomingMessage) => boolean;

export interface ExtensionOptions {
  /** The server's certificate is for `<service>.<namespace>.svc`. */
  readonly service?: string;
  readonly namespace?: string;
  /** Answers before the pages do; true when it has. */
  readonly handler?: Handler;
  /** Speaks with whoever asks for another protocol, once they have said something. */
  readonly protocol?: (socket: Duplex, head: Buffer) => void;
  /** Whether there are only the old pages of discovery and OpenAPI. */
  readonly isOld?: boolean;
}

/** An API server of one's own on loopback. It serves `recipes` in `kitchen.example.com/v1`. */
export interface ExtensionServer extends AsyncDisposable {
  readonly port: number;
  /** Base64 of what a `caBundle` has to be. */
  readonly caBundle: string;
  readonly received: ExtensionRequest[];
  /** Requests for another protocol. */
  readonly upgrades: Pick<IncomingMessage, 'headers' | 'url'>[];
  /** How many connections were opened. */
  readonly connections: () => number;
  /** Requests of clients: not those by which the aggregator finds out about the server. */
  readonly asked: () => ExtensionRequest[];
  /** Tells everybody who watches `recipes`. */
  emit(type: 'ADDED' | 'MODIFIED' | 'DELETED', name: string): void;
  /** How many watch. */
  readonly watchers: () => number;
}

let pki: Pki | undefined;

const OWN_AGENTS = new Set(['system:kube-aggregator', 'system:aggregator']);

/**
 * @example
 * await using server = await extensionServer();
 * await register(cluster, server);
 */
export async function extensionServer(options: ExtensionOptions = {}): Promise<ExtensionServer> {
  const { service = 'kitchen', namespace = 'default', handler, protocol, isOld = false } = options;
  pki ??= createPki({ clock: systemClock(), random: seededRandom(11) });
  const { key, cert } = pki.servingCertificate([`${service}.${namespace}.svc`]);
  const received: ExtensionRequest[] = [];
  const watchers = new Set<ServerResponse>();
  const pages = extensionPages(isOld);
  const take = async (message: IncomingMessage, answer: ServerResponse): Promise<void> => {
    const chunks: Buffer[] = [];
    const isStream = message.url?.startsWith('/apis/kitchen.example.com/v1/echo');
    if (!isStream) for await (const chunk of message) chunks.push(chunk as Buffer);
    const { method = '', url = '', headers, rawHeaders } = message;
    const shown = (message.socket as TLSSocket).getPeerCertificate();
    const commonName = shown.subject?.CN;
    const request = {
      method,
      url,
      headers,
      rawHeaders,
      client: typeof commonName === 'string' ? { commonName, raw: shown.raw } : undefined,
      body: Buffer.concat(chunks).toString(),
    };
    received.push(request);
    if (handler?.(request, answer, message)) return;
    if (url.includes('watch=')) {
      answer.writeHead(200, { 'content-type': 'application/json' }).flushHeaders();
      watchers.add(answer);
      answer.once('close', () => watchers.delete(answer));
      return;
    }
    const page = pages(request);
    answer.writeHead(page.status, { 'content-type': page.type ?? 'application/json', ...page.headers });
    answer.end(page.body);
  };
  const server = createServer({ key, cert, requestCert: true, rejectUnauthorized: false }, (message, answer) => {
    take(message, answer).catch(() => answer.destroy());
  });
  const upgrades: IncomingMessage[] = [];
  server.on('upgrade', (message: IncomingMessage, socket: Duplex) => {
    upgrades.push(message);
    socket.write(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Protocol: kitchen\r\n\r\n',
    );
    socket.once('data', (head: Buffer) => protocol?.(socket, head));
  });
  const sockets = new Set<Socket>();
  let connections = 0;
  server.on('connection', (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    caBundle: Buffer.from(pki.ca.cert).toString('base64'),
    received,
    upgrades,
    connections: () => connections,
    asked: () => received.filter(({ headers }) => !OWN_AGENTS.has(String(headers['x-remote-user']))),
    watchers: () => watchers.size,
    emit(type, name) {
      const object = { kind: 'Recipe', apiVersion: `${EXTENSION_GROUP}/v1`, metadata: { name, namespace: 'default' } };
      for (const watcher of watchers) watcher.write(`${JSON.stringify({ type, object })}\n`);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
