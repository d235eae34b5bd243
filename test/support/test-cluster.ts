import { Client } from '../../controllers/lib/client.ts';
import type { ControllerDefinition } from '../../controllers/lib/controller.ts';
import { ControllerManager } from '../../controllers/lib/manager.ts';
import { type Clock, systemClock } from '../../server/base/clock.ts';
import { createLogger } from '../../server/base/log.ts';
import { seededRandom } from '../../server/base/random.ts';
import { Cluster } from '../../server/cluster/cluster.ts';
import { LocalTransport } from '../../server/cluster/local-transport.ts';
import type { User } from '../../server/kube/object.ts';
import { resourceDefinitions } from '../../server/resources/index.gen.ts';
import { MemoryStorage } from '../../server/storage/memory.ts';

const ADMIN: User = { name: 'admin', groups: ['system:masters', 'system:authenticated'] };

/** A cluster without sockets, users or bootstrap objects, for tests of one part: everything is allowed. */
export interface TestCluster {
  readonly cluster: Cluster;
  readonly client: Client;
  readonly transport: LocalTransport;
  readonly manager: ControllerManager;
  /** Resolves when no controller has anything to do and every watcher knows everything. */
  readonly settle: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

export async function testCluster(
  options: { controllers?: readonly ControllerDefinition[]; clock?: Clock; namespaces?: readonly string[] } = {},
): Promise<TestCluster> {
  const clock = options.clock ?? systemClock();
  const random = seededRandom(1);
  const log = createLogger('error');
  const storage = new MemoryStorage({ clock });
  const nothing = async (): Promise<void> => undefined;
  const cluster = new Cluster({
    clock,
    random,
    log,
    storage,
    definitions: resourceDefinitions,
    nodes: { pod: () => undefined },
    admission: { mutate: nothing, validate: nothing },
    authenticator: { authenticate: () => ADMIN },
    authorizer: { authorize: () => ({ allowed: true, reason: '' }) },
    serverAddress: () => '127.0.0.1:6443',
  });
  const transport = new LocalTransport(cluster.pipeline, ADMIN, 'test');
  const client = new Client(transport);
  for (const name of options.namespaces ?? ['default', 'kube-system']) {
    await client.create('v1/namespaces', { metadata: { name } });
  }
  const { activity } = cluster;
  const manager = new ControllerManager({
    definitions: options.controllers ?? [],
    transport: (user, agent) => new LocalTransport(cluster.pipeline, user, agent),
    clock,
    random,
    activity,
    log,
    enabled: () => true,
  });
  await manager.start();
  const settle = async (): Promise<void> => {
    for (;;) {
      await activity.idle();
      await new Promise((resolve) => setImmediate(resolve));
      if (activity.busy().size === 0 && storage.delivered) return;
    }
  };
  const stop = async (): Promise<void> => {
    manager.stop();
    await storage.close();
  };
  return { cluster, client, transport, manager, settle, stop };
}
