import type { Duplex } from 'node:stream';
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import { SystemError } from '../machine/errno.ts';
import type { Network } from '../machine/network.ts';

/** What a container reaches: its own pod. */
export function podNetwork(pod: Frozen<Pod>, dial: (port: number) => Promise<Duplex>): Network {
  const { podIP = '' } = pod.status;
  const hostname = pod.spec.hostname ?? pod.metadata.name ?? '';
  const resolve = (host: string): readonly string[] => {
    if (host === 'localhost') return ['127.0.0.1'];
    if (host === hostname) return [podIP];
    return host === '127.0.0.1' || host === podIP ? [host] : [];
  };
  return {
    resolve: (name) => Promise.resolve(resolve(name)),
    async dial(host, port) {
      if (resolve(host).length === 0) throw new SystemError('EHOSTUNREACH');
      try {
        return await dial(port);
      } catch {
        throw new SystemError('ECONNREFUSED');
      }
    },
  };
}
