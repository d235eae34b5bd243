import { Connection } from '../../../controllers/lib/http/connection.ts';
import { HttpTransport } from '../../../controllers/lib/http/http-transport.ts';
import { systemClock } from '../../../server/base/clock.ts';
import { systemRandom } from '../../../server/base/random.ts';
import { type RunningCluster, startCluster } from '../../../server/index.ts';
import type { Transport } from '../../../server/kube/transport.ts';
import { readKubeconfig } from '../../support/ask.ts';

/** A cluster without controllers, and a door to it. */
export interface Subject extends AsyncDisposable {
  readonly cluster: RunningCluster;
  readonly transport: Transport;
}

export interface Doors {
  readonly name: string;
  open(): Promise<Subject>;
}

async function bareCluster(): Promise<RunningCluster> {
  return startCluster({ logLevel: 'error', nodes: 0, controllers: ['-*', 'serviceaccount'] });
}

/** Every implementation of the interface Transport. */
export const doors: readonly Doors[] = [
  {
    name: 'in the same process',
    async open() {
      const cluster = await bareCluster();
      return { cluster, transport: cluster.transport(), [Symbol.asyncDispose]: () => cluster.stop() };
    },
  },
  {
    name: 'over HTTP',
    async open() {
      const cluster = await bareCluster();
      const { server, ca, cert, key } = readKubeconfig(cluster.kubeconfig());
      const clock = systemClock();
      const connection = new Connection({ url: server, caCertificate: ca, clientCertificate: { cert, key } }, clock);
      const headers = { 'user-agent': 'fauxkube' };
      return {
        cluster,
        transport: new HttpTransport({ connection, clock, random: systemRandom(), headers }),
        async [Symbol.asyncDispose]() {
          connection.close();
          await cluster.stop();
        },
      };
    },
  },
];
