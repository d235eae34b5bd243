/** Requests from outside to the services that Ingresses name: what ingress-nginx does, without its annotations. */
import { createServer, type IncomingMessage, type RequestListener, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import type { Random } from '../base/random.ts';
import { ApiError } from '../kube/api-error.ts';
import type { IngressTraffic } from '../pipeline/ingress-traffic.ts';
import { askPod, endToEnd, upgradePod } from '../pipeline/pod-http.ts';
import type { Destination } from '../pipeline/service-traffic.ts';
import { type ListeningServer, listen } from './listening-server.ts';
import { passAnswer } from './pass-answer.ts';
import { startTunnel } from './tunnel.ts';

export interface IngressServerOptions {
  readonly host: string;
  /** 0 picks a free one. */
  readonly port: number;
  readonly ingress: IngressTraffic;
  /** Names requests that have no name. */
  readonly random: Random;
}

/** Serves Ingresses over plain HTTP. @throws the error of `listen`, such as EADDRINUSE */
export async function startIngressServer(options: IngressServerOptions): Promise<ListeningServer> {
  const { onRequest, onUpgrade } = ingressListeners(options);
  return listen(createServer(onRequest).on('upgrade', onUpgrade), options);
}

/** What answers the requests of a server that somebody else makes. */
export function ingressListeners({ ingress, random }: Pick<IngressServerOptions, 'ingress' | 'random'>): {
  readonly onRequest: RequestListener;
  readonly onUpgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
} {
  const requestId = (): string => random.uuid().replaceAll('-', '');
  return {
    onRequest: (request, response) => {
      pass(request, response, ingress, requestId).catch((error: unknown) => fail(response, error));
    },
    onUpgrade: (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      upgrade(request, { socket, head }, ingress, requestId).catch((error: unknown) =>
        refuseUpgrade(request, socket, (response) => fail(response, error)),
      );
    },
  };
}

/** What a request is about. */
interface Asked {
  readonly host: string;
  /** As it came, and as rules see it. */
  readonly target: string;
  readonly path: string;
}

/** @returns undefined for what is no path at all */
function askedOf({ url = '', headers }: IncomingMessage): Asked | undefined {
  const base = `http://${headers.host ?? ''}`;
  // A whole URL says by itself which host is meant.
  const isWhole = /^https?:\/\//i.test(url);
  const whole = isWhole ? url : base + url;
  if (!isWhole && !url.startsWith('/')) return undefined;
  if (!URL.canParse(whole)) return undefined;
  const { hostname, pathname, search } = new URL(whole);
  try {
    // nginx looks at paths decoded, and takes several slashes for one.
    const path = decodeURIComponent(pathname).replace(/\/{2,}/g, '/');
    return { host: hostname.replace(/\.$/, ''), target: isWhole ? pathname + search : url, path };
  } catch {
    return undefined;
  }
}

/** A status and the page that nginx has for it. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number) {
    super(TITLES[status]);
    this.status = status;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  404: 'Not Found',
  502: 'Bad Gateway',
  503: 'Service Temporarily Unavailable',
};

/** @throws Refusal */
function destinationOf(asked: Asked, ingress: IngressTraffic): Destination {
  let destination: Destination | undefined;
  try {
    destination = ingress.find(asked.host, asked.path);
  } catch (error) {
    // No such service, no such port, no ready endpoint: nginx has an upstream without servers then.
    if (error instanceof ApiError) throw new Refusal(503);
    throw error;
  }
  if (!destination) throw new Refusal(404);
  return destination;
}

/** What a pod is asked: the client's own headers, and those by which a server knows whom it is behind. */
function headersFor(request: IncomingMessage, requestId: () => string): Record<string, string | string[]> {
  const { socket, headers } = request;
  const scheme = (socket as Partial<TLSSocket>).encrypted ? 'https' : 'http';
  const { expect: _answeredHere, ...kept } = endToEnd(headers);
  const client = socket.remoteAddress ?? '';
  return {
    ...kept,
    'x-request-id': kept['x-request-id'] ?? requestId(),
    'x-real-ip': client,
    'x-forwarded-for': client,
    'x-forwarded-host': headers.host ?? '',
    'x-forwarded-port': String(socket.localPort ?? ''),
    'x-forwarded-proto': scheme,
    'x-forwarded-scheme': scheme,
    'x-scheme': scheme,
  };
}

async function pass(
  request: IncomingMessage,
  response: ServerResponse,
  ingress: IngressTraffic,
  requestId: () => string,
): Promise<void> {
  const asked = askedOf(request);
  if (!asked) throw new Refusal(400);
  const destination = destinationOf(asked, ingress);
  const headers = headersFor(request, requestId);
  const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
  const body = length !== undefined || encoding !== undefined ? request : undefined;
  const answer = await askPod(destination, { method: request.method ?? 'GET', path: asked.target, headers, body });
  passAnswer(answer, response);
}

async function upgrade(
  request: IncomingMessage,
  client: { readonly socket: Duplex; readonly head: Buffer },
  ingress: IngressTraffic,
  requestId: () => string,
): Promise<void> {
  const asked = askedOf(request);
  if (!asked) throw new Refusal(400);
  const destination = destinationOf(asked, ingress);
  const wanted = { method: request.method ?? 'GET', path: asked.target, headers: headersFor(request, requestId) };
  const answer = await upgradePod(destination, wanted, request.headers.upgrade ?? '');
  const { response } = answer;
  if (answer.socket) {
    const { connection = 'Upgrade', upgrade: protocol = '' } = response.headers;
    startTunnel(client.socket, client.head, { ...endToEnd(response.headers), connection, upgrade: protocol }, answer);
    return;
  }
  refuseUpgrade(request, client.socket, (plain) => passAnswer(response, plain));
}

/** The answer to a client whose protocol nobody speaks: an ordinary one, and the end of the connection. */
function refuseUpgrade(request: IncomingMessage, socket: Duplex, answer: (response: ServerResponse) => void): void {
  if (socket.destroyed) return;
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  // It takes any stream; the types only know sockets.
  response.assignSocket(socket as never);
  response.once('finish', () => socket.end());
  answer(response);
}

function fail(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  // Whoever was found and does not answer.
  const status = error instanceof Refusal ? error.status : 502;
  const title = `${status} ${TITLES[status]}`;
  const page = [
    '<html>',
    `<head><title>${title}</title></head>`,
    '<body>',
    `<center><h1>${title}</h1></center>`,
    '<hr><center>nginx</center>',
    '</body>',
    '</html>',
    '',
  ].join('\r\n');
  response.writeHead(status, { 'content-type': 'text/html', 'content-length': page.length });
  response.end(page);
}
