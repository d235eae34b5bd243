import type { Duplex } from 'node:stream';
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

/** The one way out of this process: for webhooks of admission and conversion, and for aggregated APIs. */
export interface Outbound {
  /** @throws OutboundError when there is no answer */
  call(request: OutboundRequest): Promise<OutboundResponse>;
}

/** Finds out where a service of the cluster is reached. */
export interface ServiceConnector {
  /** @throws Error in the words of upstream's resolver, or those of a connection that fails */
  connection(key: Key, port: number): Promise<Connection>;
}

/** Of a cluster that nobody has given a way out. */
export const noOutbound: Outbound = {
  call: ({ method = 'Post', url }) => Promise.reject(new OutboundError(`${method} "${url}": no network`)),
};
