import type { AssemblyOptions } from '../../server/cluster/assembly.ts';

/** What a cluster without sockets, files and kubelets is put together with, besides clock, randomness and log. */
export const BARE_ASSEMBLY = {
  dataDir: undefined,
  tlsNames: [],
  nodes: 1,
  connector: { pod: () => undefined },
  serverAddress: () => '127.0.0.1:6443',
  address: '127.0.0.1',
  port: 6443,
} satisfies Partial<AssemblyOptions>;
