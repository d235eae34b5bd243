/** kube-scheduler: gives pods their nodes, as upstream's default profile does. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { MatchDevice } from '../../server/kube/device-match.ts';
import type { Namespace, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { PODS } from '../lib/pods.ts';
import { Cluster } from './cluster.ts';
import { AssumedDevices } from './devices/assumed.ts';
import type { World } from './framework.ts';
import { BUDGETS, Scheduler } from './scheduler.ts';
import { AssumedVolumes } from './volumes/assumed.ts';
import { ClusterWatch, WATCHED, waits } from './watch.ts';

const NAMESPACES = 'v1/namespaces';

/** What plugins ask for when they look at a pod. */
const READ = [
  NAMESPACES,
  BUDGETS,
  'v1/services',
  'v1/replicationcontrollers',
  'apps/v1/replicasets',
  'apps/v1/statefulsets',
];

function worldOf(env: ControllerEnv, matchDevice: MatchDevice): World {
  return {
    cluster: new Cluster(),
    assumedVolumes: new AssumedVolumes(),
    assumedDevices: new AssumedDevices(),
    matchDevice,
    random: env.random,
    lister: (resource) => env.lister(resource),
    namespaceLabels: (name) => env.lister<Namespace>(NAMESPACES).get({ namespace: '', name })?.metadata.labels,
  };
}

/** Where nobody evaluates expressions. */
const NO_MATCH: MatchDevice = () => 'expressions about devices cannot be evaluated here';

/**
 * Made anew for each cluster: a scheduler remembers what it placed.
 *
 * @param matchDevice evaluates the expressions that select devices
 */
export function createScheduler(matchDevice: MatchDevice = NO_MATCH): ControllerDefinition {
  let scheduler: Scheduler | undefined;
  let watch: ClusterWatch | undefined;
  return {
    name: 'scheduler',
    account: 'kube-scheduler',
    agent: 'kube-scheduler',
    user: { name: 'system:kube-scheduler', groups: ['system:authenticated'] },
    watches: [],
    reads: [...WATCHED, ...READ],
    workers: 32,
    start(env) {
      const world = worldOf(env, matchDevice);
      scheduler = new Scheduler(env, world);
      watch = new ClusterWatch(scheduler, world, env);
      return watch.start();
    },
    concerns: (resource, pod) => resource === 'pods' && waits(pod as Frozen<Pod>),
    objectOf: (key, env) => env.lister<Pod>(PODS).get(key),
    // Which pod is next is for the scheduler's own queue to say: a key only stands for one turn.
    async reconcile(key) {
      watch?.readmit(key);
      await scheduler?.next();
      return undefined;
    },
  };
}
