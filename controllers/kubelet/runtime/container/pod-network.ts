import type { Duplex } from 'node:stream';
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { PeerAddress } from '../../../../server/kube/node-connector.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import { SystemError } from '../machine/errno.ts';
import { isLoopback } from '../machine/loopback.ts';
import type { OuterNetwork } from './outer-network.ts';

const LOOPBACK = '127.0.0.1';
const LOOPBACK_IPV6 = '::1';
/** Where connections to the pod itself come from: nobody tells them apart. */
const OWN_PORT = 40_000;

/** The cluster's network, as one pod has it. */
export interface PodUplink extends OuterNetwork {
  /** The pod's own, one of each family. */
  readonly addresses: readonly string[];
  /** Sends a datagram from a port of the pod. @throws SystemError what is said of one that cannot arrive */
  send(port: number, data: Buffer, to: PeerAddress): Promise<void>;
  /** A port for the pod's own end. */
  clientPort(): number;
}

/** What a pod does for its containers by itself. */
export interface OwnDoors {
  dial(port: number, from: PeerAddress): Promise<Duplex>;
  deliver(port: number, data: Buffer, from: PeerAddress): Promise<boolean>;
}

/** What a container reaches: the other containers of its pod by themselves, all else by the cluster's network. */
export function podNetwork(pod: Frozen<Pod>, own: OwnDoors, cluster: PodUplink): PodUplink {
  const { hostNetwork } = pod.spec;
  const { addresses } = cluster;
  const isOwn = (address: string): boolean => isLoopback(address) || (addresses.includes(address) && !hostNetwork);
  const ownAddress = (address: string): string =>
    isLoopback(address) ? (address.includes(':') ? LOOPBACK_IPV6 : LOOPBACK) : address;
  return {
    addresses,
    extensionServers: cluster.extensionServers,
    query: (server, question) => cluster.query(server, question),
    clientPort: () => cluster.clientPort(),
    async dial(address, port) {
      if (!isOwn(address)) return cluster.dial(address, port);
      try {
        return await own.dial(port, { address: ownAddress(address), port: OWN_PORT });
      } catch {
        // The address by which the API server is known may be the loopback of the machine that it runs on.
        if (isLoopback(address) && cluster.isApiServer?.(address, port)) return cluster.dial(address, port);
        // Whoever is in the node's network shares it with others.
        if (hostNetwork) return cluster.dial(ownAddress(address), port);
        throw new SystemError('ECONNREFUSED');
      }
    },
    async send(port, data, to) {
      if (!isOwn(to.address)) return cluster.send(port, data, to);
      if (await own.deliver(to.port, data, { address: ownAddress(to.address), port })) return;
      if (hostNetwork) return cluster.send(port, data, { ...to, address: ownAddress(to.address) });
      throw new SystemError('ECONNREFUSED');
    },
  };
}
