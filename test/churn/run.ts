import { createHash } from 'node:crypto';
import { nextTurn } from '../../server/base/turn.ts';
import { violations } from './invariants/index.ts';
import { readState } from './invariants/state.ts';
import { CREATED } from './objects.ts';
import { addNamespaces, addNodes, endCronJobs, endStrayPods, OPERATIONS, switchAllOn } from './operations.ts';
import { openWorld, type World } from './world.ts';

export interface ChurnOptions {
  readonly seed: number;
  readonly operations: number;
  /** Called before each operation. */
  readonly before?: (name: string, done: number) => void;
}

export interface ChurnResult {
  /** What is not as it should be at the end; nothing, if all is well. */
  readonly violations: readonly string[];
  /** How many answers had each status code. */
  readonly codes: ReadonlyMap<number, number>;
  readonly objects: number;
  /** Of every object at the end: equal for equal seeds. */
  readonly digest: string;
}

const STEP_MS = 60_000;
/** Longer than any back-off or deadline of what is made. */
const QUIET_MS = 15 * 60_000;
const PATIENCE_MS = 6 * 60 * 60_000;

/** Lets a cluster have `operations` random operations, then looks at every object. */
export async function churn({ seed, operations, before }: ChurnOptions): Promise<ChurnResult> {
  const world = await openWorld(seed);
  try {
    for (let done = 0; done < operations; done++) {
      const [name, operate] = world.choice.weighted(OPERATIONS) ?? [];
      before?.(name ?? '', done);
      await operate?.(world);
      await goOn(world);
    }
    before?.('come to rest', operations);
    await comeToRest(world);
    const state = await readState(world.transport);
    return {
      violations: await violations(state, world),
      codes: world.codes,
      objects: state.objects.length,
      digest: await digestOf(world),
    };
  } finally {
    await world.cluster.stop();
  }
}

/** Most operations come in the middle of what follows from those before. */
async function goOn({ clock, choice, cluster }: World): Promise<void> {
  const pace = choice.whole(1, 20);
  if (pace <= 8) return;
  if (pace <= 14) await nextTurn();
  else if (pace <= 17) await clock.advance(choice.whole(1, 3000));
  else if (pace <= 18) await clock.advance(choice.whole(3000, 90_000));
  else await cluster.settle();
}

async function comeToRest(world: World): Promise<void> {
  const { clock, cluster } = world;
  await switchAllOn(world);
  await clock.advance(STEP_MS);
  await addNamespaces(world);
  await addNodes(world);
  for (const { metadata } of await world.list('v1/nodes')) {
    const key = { namespace: '', name: metadata.name ?? '' };
    const body = { spec: { unschedulable: null } };
    await world.send({ verb: 'patch', resource: 'v1/nodes', key, patchType: 'merge', body });
  }
  await endCronJobs(world);
  await endStrayPods(world);
  let digest = '';
  let quietMs = 0;
  for (let waitedMs = 0; quietMs < QUIET_MS; waitedMs += STEP_MS) {
    if (waitedMs > PATIENCE_MS) throw new Error('the cluster does not come to rest');
    await cluster.settle();
    await clock.advance(STEP_MS);
    const next = await digestOf(world);
    quietMs = next === digest ? quietMs + STEP_MS : 0;
    digest = next;
  }
  await cluster.settle();
}

/** What follows from operations: nothing that changes for ever, as leases do, or has the keys of this cluster. */
const FOLLOWING = [
  ...CREATED,
  'v1/persistentvolumes',
  'v1/resourcequotas',
  'v1/endpoints',
  'apps/v1/controllerrevisions',
  'discovery.k8s.io/v1/endpointslices',
];

async function digestOf(world: World): Promise<string> {
  const hash = createHash('sha256');
  for (const resource of FOLLOWING) {
    for (const { metadata, ...rest } of await world.list(resource)) {
      // Where the API listens is another place each time.
      if (metadata.namespace === 'default') continue;
      hash.update(JSON.stringify([resource, metadata.namespace, metadata.name, metadata.uid, rest]));
    }
  }
  return hash.digest('hex');
}
