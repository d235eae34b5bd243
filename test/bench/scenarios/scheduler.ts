import { ControllerManager } from '../../../controllers/lib/manager.ts';
import { createScheduler } from '../../../controllers/scheduler/index.ts';
import { systemClock } from '../../../server/base/clock.ts';
import { createLogger } from '../../../server/base/log.ts';
import { seededRandom } from '../../../server/base/random.ts';
import { LocalTransport } from '../../../server/cluster/local-transport.ts';
import { cluster } from '../in-process/cluster.ts';
import { NODES, node, pod, podNumbers, podsPerCpuSecond, replicaSet, setNumbers } from '../in-process/scheduling.ts';
import type { Bench, Row, Scenario } from '../scenario.ts';
import { atLeast } from '../target.ts';

const FOUND: Row = { work: 'pods that find one of 100 nodes, a CPU second', unit: '/s', target: atLeast(3000) };
const BOUND: Row = { work: '… and are bound in process, with their Events', unit: '/s' };

const CORE = '/api/v1/namespaces/default';
const SETS = '/apis/apps/v1/namespaces/default/replicasets';

type Send = Awaited<ReturnType<typeof cluster>>['send'];

async function populate(send: Send): Promise<void> {
  const create = (path: string, object: object) => send('POST', path, Buffer.from(JSON.stringify(object)), 201);
  await create(`${CORE}/serviceaccounts`, { metadata: { name: 'default' } });
  for (let i = 0; i < NODES; i++) await create('/api/v1/nodes', node(i));
  for (const i of setNumbers) await create(SETS, replicaSet(i));
  for (const i of podNumbers) await create(`${CORE}/pods`, pod(i));
}

/** From the start of the scheduler until every pod has a node. */
async function boundPerSecond(): Promise<number> {
  const { send, activity, pipeline, close } = await cluster();
  await populate(send);
  const manager = new ControllerManager({
    definitions: [createScheduler()],
    transport: (user, agent) => new LocalTransport(pipeline, user, agent),
    clock: systemClock(),
    random: seededRandom(1),
    activity,
    log: createLogger('error'),
    enabled: () => true,
  });
  const startedMs = performance.now();
  await manager.start();
  await activity.idle();
  const seconds = (performance.now() - startedMs) / 1000;
  manager.stop();
  await close();
  return podNumbers.length / seconds;
}

/** How fast pods get their nodes when nothing else is done. */
export const scheduler: Scenario = {
  name: 'scheduler',
  rows: [FOUND, BOUND],
  async run(bench: Bench) {
    // The engine has to know the code.
    podsPerCpuSecond();
    for (let round = 1; round <= bench.rounds; round++) {
      bench.progress(`${scheduler.name}: round ${round} of ${bench.rounds}`);
      bench.record(FOUND, 'fauxkube', podsPerCpuSecond());
      bench.record(BOUND, 'fauxkube', await boundPerSecond());
    }
  },
};
