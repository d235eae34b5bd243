import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { createPki, type Pki } from '../../../server/auth/certificates.ts';
import { systemClock } from '../../../server/base/clock.ts';
import { seededRandom } from '../../../server/base/random.ts';
import { listenOnLoopback } from '../loopback-server.ts';
import { SimulatedClock } from '../simulated-clock.ts';

/** What a webhook does with a review. */
export interface Behaviour {
  /** Fields of `response` besides the uid; `patch` is the patch itself, to be encoded. */
  readonly response?: Readonly<Record<string, unknown>>;
  /** Fields of the answer besides `response`, or in its place. */
  readonly review?: Readonly<Record<string, unknown>>;
  /** An answer that is no review. */
  readonly page?: { status: number; type?: string; body: string; headers?: Readonly<Record<string, string>> };
  /** What happens to the connection instead of an answer. */
  readonly fault?: 'hang' | 'close' | 'reset' | 'half';
  /** What to answer to reviews after the first one. */
  readonly later?: Behaviour;
}

/** What is wrong with the certificate of a server, if anything. */
export type Identity =
  | 'good'
  | 'other authority'
  | 'same authority, other key'
  | 'other name'
  | 'expired'
  | 'plain HTTP';

/** One review as it came in. */
export interface Received {
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: { readonly request?: { readonly uid?: string } & Readonly<Record<string, unknown>> };
}

/** A webhook server on loopback. Behaviour number n answers what is sent to `/n`. */
export interface WebhookServer extends AsyncDisposable {
  readonly port: number;
  /** Base64 of what a `caBundle` has to be. */
  readonly caBundle: string;
  readonly received: Received[];
  /** How many connections were opened. */
  readonly connections: () => number;
}

const random = seededRandom(7);
const pkis = new Map<string, Pki>();

function pkiOf(identity: Identity): Pki {
  let pki = pkis.get(identity);
  if (!pki) {
    const clock = identity === 'expired' ? new SimulatedClock(Date.UTC(2010, 0, 1)) : systemClock();
    pki = createPki({ clock, random });
    pkis.set(identity, pki);
  }
  return pki;
}

/**
 * @example
 * await using server = await webhookServer([{ response: { allowed: false } }]);
 */
export async function webhookServer(
  behaviours: readonly Behaviour[],
  identity: Identity = 'good',
): Promise<WebhookServer> {
  const received: Received[] = [];
  const listening = await listen((message, answer) => void serve(message, answer, behaviours, received), identity);
  return { ...listening, received };
}

/** A server on loopback that answers nothing by itself. */
export async function listen(
  listener: RequestListener,
  identity: Identity = 'good',
): Promise<Omit<WebhookServer, 'received'>> {
  const pki = pkiOf(identity);
  const { key, cert } = pki.serving;
  const server = identity === 'plain HTTP' ? createPlainServer(listener) : createServer({ key, cert }, listener);
  const { port, connections, close } = await listenOnLoopback(server);
  const trusted = identity === 'other authority' || identity === 'same authority, other key' ? pkiOf('good') : pki;
  return {
    port,
    caBundle: Buffer.from(trusted.ca.cert).toString('base64'),
    connections,
    [Symbol.asyncDispose]: close,
  };
}

/** The whole body of a request. */
export async function bodyOf(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

async function serve(
  message: IncomingMessage,
  answer: ServerResponse,
  behaviours: readonly Behaviour[],
  received: Received[],
): Promise<void> {
  const path = message.url ?? '';
  const text = await bodyOf(message);
  const body = (text === '' ? {} : JSON.parse(text)) as Received['body'];
  const isFirst = !received.some((other) => other.path === path);
  received.push({ path, headers: message.headers, body });
  let behaviour = behaviours[Number(/^\/(\d+)/.exec(path)?.[1] ?? 0)] ?? {};
  if (!isFirst && behaviour.later) behaviour = behaviour.later;
  if (behaviour.fault) return fail(behaviour.fault, answer);
  if (behaviour.page) {
    const { status, type = 'text/plain', body: page, headers } = behaviour.page;
    answer.writeHead(status, { 'content-type': type, ...headers });
    answer.end(page);
    return;
  }
  answer.writeHead(200, { 'content-type': 'application/json' });
  answer.end(JSON.stringify(reviewOf(behaviour, body)));
}

function reviewOf({ response, review }: Behaviour, { request }: Received['body']): object {
  const { patch, ...fields } = response ?? {};
  const encoded = patch === undefined || typeof patch === 'string' ? patch : JSON.stringify(patch);
  return {
    kind: 'AdmissionReview',
    apiVersion: 'admission.k8s.io/v1',
    response: {
      uid: request?.uid,
      allowed: true,
      ...(patch !== undefined && { patchType: 'JSONPatch', patch: Buffer.from(String(encoded)).toString('base64') }),
      ...fields,
    },
    ...review,
  };
}

/** Does something else than to answer. */
export function fail(fault: NonNullable<Behaviour['fault']>, answer: ServerResponse): void {
  if (fault === 'close') answer.socket?.end();
  if (fault === 'reset') (answer.socket as Socket | null)?.resetAndDestroy();
  if (fault === 'half') {
    answer.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
    answer.write('{"kind":', () => answer.socket?.end());
  }
}
