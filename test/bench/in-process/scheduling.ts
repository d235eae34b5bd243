import { Cluster } from '../../../controllers/scheduler/cluster.ts';
import { NodeFinder } from '../../../controllers/scheduler/cycle.ts';
import type { World } from '../../../controllers/scheduler/framework.ts';
import { PodInfo } from '../../../controllers/scheduler/pod-info.ts';
import { AssumedVolumes } from '../../../controllers/scheduler/volumes/assumed.ts';
import { deepFreeze, type Frozen } from '../../../server/base/freeze.ts';
import { seededRandom } from '../../../server/base/random.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Node, Pod } from '../../../server/kube/types.gen.ts';

export const NODES = 100;
const PODS = 3000;
/** Pods of one replica set are spread; so many sets there are. */
const SETS = 10;

const setName = (i: number): string => `set-${i % SETS}`;

/** A node in one of three zones, ready for 110 pods. */
export function node(i: number): object {
  const name = `node-${i}`;
  const labels = { 'kubernetes.io/hostname': name, 'topology.kubernetes.io/zone': `zone-${i % 3}` };
  return { metadata: { name, labels }, spec: {}, status: { allocatable: { cpu: '32', memory: '128Gi', pods: '110' } } };
}

/** A pod of one of the sets. */
export function pod(i: number): { readonly metadata: object; readonly spec: object } {
  const name = setName(i);
  const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name, uid: name, controller: true };
  const containers = [{ name: 'main', image: 'nginx', resources: { requests: { cpu: '100m', memory: '128Mi' } } }];
  const tolerations = [{ key: 'node.kubernetes.io/not-ready', operator: 'Exists' }];
  return {
    metadata: { name: `pod-${i}`, labels: { app: name }, ownerReferences: [owner] },
    spec: { containers, tolerations },
  };
}

/** The set with that number. */
export function replicaSet(i: number): object {
  const labels = { app: setName(i) };
  const { spec } = pod(i);
  return {
    metadata: { name: setName(i) },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

export const setNumbers: readonly number[] = Array.from({ length: SETS }, (_, i) => i);
export const podNumbers: readonly number[] = Array.from({ length: PODS }, (_, i) => i);

/** How many pods find a node of {@link NODES} in a second of CPU time. */
export function podsPerCpuSecond(): number {
  const cluster = new Cluster();
  const sets = new Map(setNumbers.map((i) => [setName(i), deepFreeze(replicaSet(i)) as Frozen<KubeObject>]));
  const lister = { get: ({ name }: { name: string }) => sets.get(name), list: () => [] };
  const world = {
    cluster,
    assumedVolumes: new AssumedVolumes(),
    random: seededRandom(1),
    namespaceLabels: () => undefined,
    lister: () => lister,
  } as unknown as World;
  for (let i = 0; i < NODES; i++) cluster.setNode(deepFreeze(node(i)) as Frozen<Node>);
  const finder = new NodeFinder(world);
  const pods = podNumbers.map((i) => {
    const { metadata, spec } = pod(i);
    const identity = { namespace: 'default', uid: `uid-${i}` };
    return deepFreeze({ metadata: { ...metadata, ...identity }, spec, status: {} }) as unknown as Frozen<Pod>;
  });
  const before = process.cpuUsage();
  for (const one of pods) {
    const info = new PodInfo(one);
    const attempt = finder.attempt(info);
    if (!('node' in attempt)) throw new Error('a pod found no node');
    cluster.add(info, attempt.node.name);
  }
  const { user, system } = process.cpuUsage(before);
  return (PODS * 1e6) / (user + system);
}
