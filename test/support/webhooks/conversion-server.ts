import type { IncomingMessage, ServerResponse } from 'node:http';
import { bodyOf, fail, listen, type WebhookServer } from './webhook-server.ts';

export type Json = Record<string, unknown>;

/** A converted object, to be made worse. */
export type Twist = (object: Json) => unknown;

/** What a conversion webhook does with a review; by default it answers with all objects converted. */
export interface Conversion {
  /** Changes every object that was converted. */
  readonly twist?: Twist;
  /** Changes the list of objects. */
  readonly objects?: (objects: readonly unknown[]) => readonly unknown[];
  /** Fields of `response`. */
  readonly response?: Json;
  /** Fields of the answer besides `response`, or in its place. */
  readonly review?: Json;
  readonly page?: { readonly status: number; readonly type?: string; readonly body: string };
  readonly fault?: 'close' | 'half' | 'hang';
}

export interface ConversionRequest {
  readonly uid: string;
  readonly desiredAPIVersion: string;
  readonly objects: readonly Json[];
}

export interface ConversionServer extends AsyncDisposable, Pick<WebhookServer, 'port' | 'caBundle' | 'connections'> {
  /** How reviews are answered from now on. */
  behaviour: Conversion;
  /** Reviews in the order in which they came, as they were sent. */
  readonly received: { readonly path: string; readonly headers: IncomingMessage['headers']; readonly body: Json }[];
}

/**
 * A webhook on loopback that converts between `v1`, which calls its size `spec.size`, and `v2`, which calls it
 * `spec.length`.
 *
 * @example
 * await using webhook = await conversionServer();
 * webhook.behaviour = { response: { result: { status: 'Failure', message: 'no' } } };
 */
export async function conversionServer(): Promise<ConversionServer> {
  const server: Pick<ConversionServer, 'behaviour' | 'received'> = { behaviour: {}, received: [] };
  const listening = await listen((message, answer) => void serve(message, answer, server));
  return Object.assign(server, listening);
}

async function serve(
  message: IncomingMessage,
  answer: ServerResponse,
  { behaviour, received }: Pick<ConversionServer, 'behaviour' | 'received'>,
): Promise<void> {
  const body = JSON.parse(await bodyOf(message)) as Json;
  received.push({ path: message.url ?? '', headers: message.headers, body });
  if (body.kind === 'AdmissionReview') return admit(message.url ?? '', body, answer);
  if (behaviour.fault) return fail(behaviour.fault, answer);
  if (behaviour.page) {
    answer.writeHead(behaviour.page.status, { 'content-type': behaviour.page.type ?? 'text/plain' });
    answer.end(behaviour.page.body);
    return;
  }
  answer.writeHead(200, { 'content-type': 'application/json' });
  answer.end(JSON.stringify(reviewOf(body, behaviour)));
}

/** Allows everything; what the path has after `/admit/` is a patch in base64. */
function admit(path: string, { apiVersion, kind, request }: Json, answer: ServerResponse): void {
  const { uid } = request as { uid: string };
  const patch = path.replace(/\?.*$/, '').slice('/admit/'.length);
  const response = { uid, allowed: true, ...(patch !== '' && { patchType: 'JSONPatch', patch }) };
  answer.writeHead(200, { 'content-type': 'application/json' });
  answer.end(JSON.stringify({ apiVersion, kind, response }));
}

function reviewOf({ apiVersion, kind, request }: Json, behaviour: Conversion): Json {
  const { uid, desiredAPIVersion, objects } = request as ConversionRequest;
  const { twist = (object) => object, objects: chosen = (all) => all } = behaviour;
  const converted = objects.map((object) => twist(convert(object, desiredAPIVersion)));
  const result = { status: 'Success' };
  const response = { uid, result, convertedObjects: chosen(converted), ...behaviour.response };
  return { apiVersion, kind, response, ...behaviour.review };
}

function convert(object: Json, apiVersion: string): Json {
  const { size, length, ...rest } = (object.spec ?? {}) as Json;
  const value = size ?? length;
  const name = apiVersion.endsWith('/v1') ? 'size' : 'length';
  return {
    ...object,
    apiVersion,
    ...(object.spec !== undefined && { spec: { ...rest, ...(value !== undefined && { [name]: value }) } }),
  };
}
