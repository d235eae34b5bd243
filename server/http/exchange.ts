/** One request and its response, whichever version of HTTP carries them. */
import type { IncomingHttpHeaders, IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import type { HangUpScope } from '../pipeline/request.ts';
import type { FrameSink } from './watch-writer.ts';

export interface RawRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** Names and values alternately, as sent. */
  readonly rawHeaders: readonly string[];
  readonly body: Readable;
  /** The whole of the body, where it has been read already. */
  readonly bytes?: Buffer | undefined;
  /** Whether there may be a body that no header announces. */
  readonly isOpen: boolean;
  /** The same object for all requests of a connection. */
  readonly connection: object;
  /** Undefined when the connection is gone already. */
  readonly socket: Socket | undefined;
}

export interface RawResponse {
  /** Takes the bytes of the body. */
  readonly channel: Writable;
  readonly headersSent: boolean;
  writeHead(status: number, headers: OutgoingHttpHeaders): void;
  /** Sends the head before there is a body: whoever watches waits for it before causing an event. */
  flush(): void;
  /** Breaks off, without an end of the answer: what was written before may or may not arrive. */
  breakOff(scope: HangUpScope): void;
  /** A shorter way than the channel, where there is one. */
  readonly direct?: DirectAnswer;
}

/** What goes to a client whose connection another thread has. */
export interface DirectAnswer {
  readonly isGone: boolean;
  /** The whole of an answer. */
  answer(status: number, headers: OutgoingHttpHeaders, body: Buffer | undefined): void;
  /** For frames of which many are sent the same. */
  sink(): FrameSink;
}

/** A request of HTTP/1.1. */
export function messageRequest(message: IncomingMessage): RawRequest {
  const { method = 'GET', headers, rawHeaders, socket } = message;
  return { method, headers, rawHeaders, body: message, isOpen: false, connection: socket, socket };
}

/** A response of HTTP/1.1. */
export function messageResponse(response: ServerResponse): RawResponse {
  response.on('error', () => undefined); // a client that goes away is no error of ours
  return {
    channel: response,
    get headersSent() {
      return response.headersSent;
    },
    writeHead(status, headers) {
      response.writeHead(status, headers);
    },
    flush: () => response.flushHeaders(),
    // One connection carries one answer at a time.
    breakOff: () => void (response.socket ?? response).destroy(),
  };
}
