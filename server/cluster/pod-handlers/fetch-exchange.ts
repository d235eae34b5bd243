/** An exchange of Node's http as one of the web's fetch. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { ReadableStream as WebStream } from 'node:stream/web';

/** Answers with what a function makes of a request, or with 500 and what went wrong in it. */
export async function answerExchange(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: (request: Request) => Response | Promise<Response>,
): Promise<void> {
  // Whoever was asked and does not care any more may be told so.
  const gone = new AbortController();
  outgoing.once('close', () => gone.abort());
  try {
    const request = requestOf(incoming, gone.signal);
    if (!request) return fail(outgoing, 400, 'this is no request that a function can answer');
    const response = await answer(request);
    if (!(response instanceof Response)) throw new Error('it has to return a Response');
    await send(response, outgoing, incoming.method === 'HEAD');
  } catch (error) {
    if (!outgoing.destroyed)
      fail(outgoing, 500, `the function that answers for this pod has failed: ${wordsOf(error)}`);
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function fail(outgoing: ServerResponse, status: number, why: string): void {
  // Whatever was sent is not the whole answer.
  if (outgoing.headersSent) {
    outgoing.destroy();
    return;
  }
  outgoing.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  outgoing.end(`fauxkube: ${why}\n`);
}

/** @returns undefined for what fetch has no words for: a method such as TRACE, a host that is none */
function requestOf(incoming: IncomingMessage, signal: AbortSignal): Request | undefined {
  const { method = 'GET', url = '/', headers, rawHeaders } = incoming;
  const list = new Headers();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) list.append(rawHeaders[i] ?? '', rawHeaders[i + 1] ?? '');
  const hasBody = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  // Fetch has no bodies of such requests; whatever came is read past.
  const isBodiless = method === 'GET' || method === 'HEAD';
  if (isBodiless || !hasBody) incoming.resume();
  try {
    return new Request(new URL(url, `http://${headers.host ?? 'localhost'}`), {
      method,
      headers: list,
      signal,
      ...(hasBody && !isBodiless && { body: Readable.toWeb(incoming) as ReadableStream<Uint8Array>, duplex: 'half' }),
    });
  } catch {
    return undefined;
  }
}

async function send(response: Response, outgoing: ServerResponse, isHead: boolean): Promise<void> {
  outgoing.statusCode = response.status;
  if (response.statusText !== '') outgoing.statusMessage = response.statusText;
  const { headers } = response;
  for (const [name, value] of headers) if (name !== 'set-cookie') outgoing.setHeader(name, value);
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) outgoing.setHeader('set-cookie', cookies);
  if (!response.body || isHead) {
    await response.body?.cancel();
    outgoing.end();
    return;
  }
  await pipeline(Readable.fromWeb(response.body as WebStream<Uint8Array>), outgoing);
}
