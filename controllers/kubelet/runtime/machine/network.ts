import type { Duplex } from 'node:stream';
import type { ExtensionServers } from '../../../../server/kube/extension-server.ts';
import type { DnsAnswer, DnsQuestion } from '../../../../server/kube/network/cluster-dns.ts';

/** A connection that somebody else opened, and where from as far as that is known. */
export type Accepted = Duplex & { readonly remoteAddress?: string; readonly remotePort?: number };

/** What a container reaches of the network: whoever runs the machine decides. Nothing goes to the host's. */
export interface Network {
  /** A connection to an address. @throws SystemError `ECONNREFUSED`, `ETIMEDOUT`, … */
  dial(address: string, port: number): Promise<Duplex>;
  /** What a DNS server says; never resolves when none answers. */
  query(server: string, question: DnsQuestion): Promise<DnsAnswer>;
  /** Accepts connections to a port of the container's pod until it is cancelled. @throws SystemError `EADDRINUSE` */
  listen?(port: number, accept: (connection: Accepted) => void): () => void;
  /** Makes API servers for programs that are some; absent where nobody can. */
  readonly extensionServers?: ExtensionServers | undefined;
}
