/** Exchanges whose bodies are passed on while they come. */
import type { IncomingMessage } from 'node:http';
import { type Agent, request as requestHttps } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Cancel, Clock } from '../../base/clock.ts';
import {
  OutboundError,
  type OutboundStream,
  type OutboundStreamRequest,
  type OutboundUpgrade,
} from '../../kube/outbound.ts';
import { exchangeFault } from './exchange-fault.ts';

const DEADLINE = 'context deadline exceeded';

/** Headers that came several times stay several. */
const answerOf = (incoming: IncomingMessage): OutboundStream => {
  const headers: Record<string, string | string[]> = {};
  for (const [name, values = []] of Object.entries(incoming.headersDistinct))
    headers[name] = values.length === 1 ? (values[0] ?? '') : values;
  return { status: incoming.statusCode ?? 0, headers, body: incoming };
};

/** What may be asked twice, as Go's client does it (isReplayable). */
const REPEATABLE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** @param agent of a pool of connections, unless the body is a stream. @throws OutboundError */
export function openStream(request: OutboundStreamRequest, agent: Agent, clock: Clock): Promise<OutboundStream> {
  return exchange(request, agent, clock, request.body === undefined && REPEATABLE.has(request.method ?? 'GET'));
}

function exchange(
  request: OutboundStreamRequest,
  agent: Agent,
  clock: Clock,
  mayRepeat: boolean,
): Promise<OutboundStream> {
  const { method = 'GET', url, headers, body, timeoutMs } = request;
  return new Promise((resolve, reject) => {
    const outgoing = requestHttps(url, { agent, method, headers });
    let cancel: Cancel = () => undefined;
    let incoming: IncomingMessage | undefined;
    if (timeoutMs !== undefined)
      cancel = clock.schedule(timeoutMs, () => (incoming ?? outgoing).destroy(new OutboundError(DEADLINE, true)));
    outgoing.once('response', (response) => {
      incoming = response;
      response.once('close', cancel);
      // Whoever reads it is told; whoever does not, does not care.
      response.on('error', () => undefined);
      resolve(answerOf(response));
    });
    outgoing.on('error', (error: Error & { code?: string }) => {
      if (incoming) return;
      cancel();
      // The server had closed the connection that was kept open: nobody has seen the request.
      if (mayRepeat && outgoing.reusedSocket && error.code === 'ECONNRESET') {
        exchange(request, agent, clock, false).then(resolve, reject);
      } else reject(error instanceof OutboundError ? error : new OutboundError(exchangeFault(error)));
    });
    if (body === undefined) outgoing.end();
    else if (Buffer.isBuffer(body)) outgoing.end(body);
    else {
      body.once('error', () => outgoing.destroy());
      body.pipe(outgoing);
    }
  });
}

/** @param agent of one connection. @throws OutboundError `error dialing backend: dial tcp …` */
export function openUpgrade(request: OutboundStreamRequest, agent: Agent): Promise<OutboundUpgrade> {
  const { method = 'GET', url, headers } = request;
  return new Promise((resolve, reject) => {
    const outgoing = requestHttps(url, { agent, method, headers });
    outgoing.once('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) =>
      resolve({ ...answerOf(incoming), tunnel: { socket, head } }),
    );
    outgoing.once('response', (incoming) => resolve(answerOf(incoming)));
    outgoing.once('error', (error: Error & { code?: string }) =>
      reject(new OutboundError(`error dialing backend: ${exchangeFault(error)}`)),
    );
    outgoing.end();
  });
}
