import type { Duplex } from 'node:stream';
import type { ExtensionServers } from '../../../../server/kube/extension-server.ts';
import type { DnsAnswer, DnsQuestion } from '../../../../server/kube/network/cluster-dns.ts';
import type { PeerAddress } from '../../../../server/kube/node-connector.ts';
import type { SystemError } from './errno.ts';

/** A connection that somebody else opened, and where from as far as that is known. */
export type Accepted = Duplex & { readonly remoteAddress?: string; readonly remotePort?: number };

/** What happens at a socket for datagrams. */
export interface DatagramHandler {
  received(data: Buffer, from: PeerAddress): void;
  /** Somebody has said that what was sent cannot arrive (ICMP). */
  failed(error: SystemError): void;
}

/** A socket for datagrams. */
export interface DatagramSocket {
  readonly port: number;
  /** Resolves when it has arrived, is lost, or {@link DatagramHandler.failed} was told. */
  send(data: Buffer, to: PeerAddress): Promise<void>;
  close(): void;
}

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
  /** A socket at a port of the container's pod; 0 takes any that is free. @throws SystemError `EADDRINUSE` */
  bind?(port: number, handler: DatagramHandler): DatagramSocket;
}
