import type { Duplex } from 'node:stream';
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { PeerAddress } from '../../../../server/kube/node-connector.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import { SystemError } from '../machine/errno.ts';
import type { Network } from '../machine/network.ts';
import type { OuterNetwork } from './outer-network.ts';

const LOOPBACK = '127.0.0.1';
/** Where connections to the pod itself come from: nobody tells them apart. */
const OWN_PORT = 40_000;
const isLoopback = (address: string): boolean =>
  address.startsWith('127.') || address === '0.0.0.0' || address === '::1';

/** What a container reaches: the other containers of its pod by themselves, all else by the cluster's network. */
export function podNetwork(
  pod: Frozen<Pod>,
  dialOwn: (port: number, from: PeerAddress) => Promise<Duplex>,
  cluster: OuterNetwork,
): Network {
  const { podIP = '' } = pod.status;
  return {
    extensionServers: cluster.extensionServers,
    query: (server, question) => cluster.query(server, question),
    async dial(address, port) {
      if (!isLoopback(address) && (address !== podIP || pod.spec.hostNetwork)) return cluster.dial(address, port);
      try {
        return await dialOwn(port, { address: isLoopback(address) ? LOOPBACK : podIP, port: OWN_PORT });
      } catch {
        // The address by which the API server is known may be the loopback of the machine that it runs on.
        if (isLoopback(address) && cluster.isApiServer?.(address, port)) return cluster.dial(address, port);
        // Whoever is in the node's network shares it with others.
        if (pod.spec.hostNetwork) return cluster.dial(podIP, port);
        throw new SystemError('ECONNREFUSED');
      }
    },
  };
}
