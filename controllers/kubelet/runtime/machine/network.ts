import type { Duplex } from 'node:stream';

/** A connection that somebody else opened, and where from as far as that is known. */
export type Accepted = Duplex & { readonly remoteAddress?: string; readonly remotePort?: number };

/** What a container reaches of the network: whoever runs the machine decides. Nothing goes to the host's. */
export interface Network {
  /** A connection to a host by its name or address. @throws SystemError `ECONNREFUSED`, `ETIMEDOUT`, … */
  dial(host: string, port: number): Promise<Duplex>;
  /** The addresses of a name; none when there is no such name. */
  resolve(name: string): Promise<readonly string[]>;
  /** Accepts connections to a port of the container's pod until it is cancelled. @throws SystemError `EADDRINUSE` */
  listen?(port: number, accept: (connection: Accepted) => void): () => void;
}
