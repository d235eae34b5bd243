/** Several servers in this process, on one etcd. */
import { type RunningCluster, type StartOptions, startCluster } from '../../server/index.ts';
import { type EtcdServer, startEtcd } from './etcd-server.ts';

export interface ServersOnEtcd<Servers extends readonly RunningCluster[]> extends AsyncDisposable {
  readonly etcd: EtcdServer;
  /** `etcd://127.0.0.1:32379` */
  readonly storage: string;
  readonly servers: Servers;
}

/**
 * The first one leads.
 *
 * @example
 * const { servers: [one, other] } = await twoServers({ nodes: 0 });
 */
export async function twoServers(
  options: StartOptions = {},
): Promise<ServersOnEtcd<readonly [RunningCluster, RunningCluster]>> {
  const etcd = await startEtcd();
  const { storage } = etcd;
  const servers = [
    await startCluster({ logLevel: 'error', ...options, storage }),
    await startCluster({ logLevel: 'error', ...options, storage }),
  ] as const;
  return {
    etcd,
    storage,
    servers,
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server.stop()));
      await etcd.close();
    },
  };
}
