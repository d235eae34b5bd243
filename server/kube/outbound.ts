import type { Duplex, Readable } from 'node:stream';
import type { Key } from './object.ts';

/** Where a connection goes: an address to dial, or an open connection such as that to a port of a running pod. */
export type Connection = { readonly host: string; readonly port: number } | Duplex;

/** One HTTPS exchange with a server that somebody registered: a webhook, or an aggregated API. */
export interface OutboundRequest {
  /** POST unless given. */
  readonly method?: string;
  /** With host, port, path and query: what errors show, and what the server gets to see. `https` only. */
  readonly url: string;
  /** The name that the certificate has to be for, where it is not the host of `url`. */
  readonly serverName?: string;
  /** PEM of the authorities to trust; those of the system unless given. */
  readonly caBundle?: string;
  /** Whether any certificate will do. */
  readonly insecure?: boolean;
  /** PEM of what this side shows. */
  readonly clientCertificate?: { readonly key: string; readonly cert: string };
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Of the whole exchange. */
  readonly timeoutMs: number;
  /**
   * Finds out where to connect, where that is not the host of `url`. Only asked when no open connection is left.
   * @throws Error whose message becomes that of the call
   */
  readonly connect?: () => Connection | Promise<Connection>;
}

export interface OutboundResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/**
 * A call that got no answer. The message is the one of Go's HTTP client:
 * `Post "https://127.0.0.1:9443/": dial tcp 127.0.0.1:9443: connect: connection refused`.
 */
export class OutboundError extends Error {
  override readonly name = 'OutboundError';
  /** Whether the time was over before the answer was there. */
  readonly isTimeout: boolean;

  constructor(message: string, isTimeout = false) {
    super(message);
    this.isTimeout = isTimeout;
  }
}

/** A request that is passed on for somebody else: both bodies may be streams. */
export interface OutboundStreamRequest extends Omit<OutboundRequest, 'headers' | 'body' | 'timeoutMs'> {
  readonly headers: Readonly<Record<string, string | string[]>>;
  /** A stream goes over a connection of its own, as it cannot be sent once more. */
  readonly body?: Buffer | Readable;
  /** Of the whole exchange; for ever unless given. */
  readonly timeoutMs?: number;
}

/** An answer that has begun. Whoever does not read it to its end has to destroy its body. */
export interface OutboundStream {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Readable;
}

/** A connection whose server has agreed to another protocol than HTTP, or the answer of one that has not. */
export interface OutboundUpgrade extends OutboundStream {
  /** What both sides say from then on, and what the server has said already. */
  readonly tunnel?: { readonly socket: Duplex; readonly head: Buffer };
}

/** The one way out of this process: for webhooks of admission and conversion, and for aggregated APIs. */
export interface Outbound {
  /** @throws OutboundError when there is no answer */
  call(request: OutboundRequest): Promise<OutboundResponse>;
  /** @throws OutboundError whose message begins with what went wrong: `dial tcp …`, `EOF` */
  open(request: OutboundStreamRequest): Promise<OutboundStream>;
  /** Asks for another protocol, by the `upgrade` header of the request. @throws OutboundError as {@link open} does */
  upgrade(request: OutboundStreamRequest): Promise<OutboundUpgrade>;
}

/** Finds out where a service of the cluster is reached. */
export interface ServiceConnector {
  /** `10.96.0.9:443`: where clients in the cluster find a service. @throws Error in the words of upstream's resolver */
  address(key: Key, port: number): string;
  /** @throws Error in the words of upstream's resolver, or those of a connection that fails */
  connection(key: Key, port: number): Promise<Connection>;
}

const noNetwork = (): Promise<never> => Promise.reject(new OutboundError('no network'));

/** Of a cluster that nobody has given a way out. */
export const noOutbound: Outbound = {
  open: noNetwork,
  upgrade: noNetwork,
  call: ({ method = 'Post', url }) => Promise.reject(new OutboundError(`${method} "${url}": no network`)),
};
