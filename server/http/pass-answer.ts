import type { IncomingMessage, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { endToEnd } from '../pipeline/pod-http.ts';

/** Hands on the answer of a pod as it comes. One that breaks off does so here, too, and one that nobody reads. */
export function passAnswer(answer: IncomingMessage, response: ServerResponse): void {
  response.writeHead(answer.statusCode ?? 502, endToEnd(answer.headers));
  // The head of a stream is not kept until something follows.
  response.flushHeaders();
  pipeline(answer, response, () => undefined);
}
