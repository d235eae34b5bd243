import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { Event, Node, NodeCondition, Pod } from '../../server/kube/types.gen.ts';
import type { StartOptions } from '../../server/start-options.ts';
import { SimulatedClock } from './simulated-clock.ts';

/** A whole cluster whose time only passes when a test says so, and what tests of nodes ask of it. */
export interface NodeCluster extends AsyncDisposable {
  readonly cluster: RunningCluster;
  readonly clock: SimulatedClock;
  /** Lets time pass, and everybody do what they do then. */
  pass(ms: number): Promise<void>;
  node(name: string): Promise<Node>;
  condition(name: string, type: string): Promise<NodeCondition | undefined>;
  /** `key:effect` of each taint. */
  taints(name: string): Promise<string[]>;
  patchNode(name: string, patch: object, subresource?: string): Promise<void>;
  annotateNode(name: string, annotations: Record<string, string | null>): Promise<void>;
  createNode(name: string, more?: object): Promise<Node>;
  deleteNode(name: string): Promise<void>;
  createPod(name: string, spec: object): Promise<void>;
  pod(name: string): Promise<Pod>;
  podNames(): Promise<string[]>;
  /** `type reason message` of each Event about an object. */
  events(name: string): Promise<string[]>;
}

const nodeKey = (name: string): { namespace: string; name: string } => ({ namespace: '', name });
const podKey = (name: string): { namespace: string; name: string } => ({ namespace: 'default', name });

export async function nodeCluster(options: StartOptions = {}): Promise<NodeCluster> {
  const clock = new SimulatedClock();
  const cluster = await startCluster({ clock, seed: 1, ...options });
  const transport = cluster.transport();
  const node = async (name: string): Promise<Node> =>
    (await transport.send({ verb: 'get', resource: 'v1/nodes', key: nodeKey(name) })) as unknown as Node;
  const patchNode = async (name: string, body: object, subresource?: string): Promise<void> => {
    const options = subresource === undefined ? {} : { subresource };
    const key = nodeKey(name);
    await transport.send({ verb: 'patch', resource: 'v1/nodes', key, patchType: 'merge', body, ...options });
    await cluster.settle();
  };
  return {
    cluster,
    clock,
    async pass(ms) {
      await clock.advance(ms);
      await cluster.settle();
    },
    node,
    async condition(name, type) {
      return (await node(name)).status.conditions?.find((condition) => condition.type === type);
    },
    async taints(name) {
      return ((await node(name)).spec.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
    },
    patchNode,
    annotateNode: (name, annotations) => patchNode(name, { metadata: { annotations } }),
    async createNode(name, more = {}) {
      const body = { metadata: { name }, ...more } as KubeObject;
      const made = await transport.send({ verb: 'create', resource: 'v1/nodes', key: nodeKey(''), body });
      await cluster.settle();
      return made as unknown as Node;
    },
    async deleteNode(name) {
      await transport.send({ verb: 'delete', resource: 'v1/nodes', key: nodeKey(name) });
      await cluster.settle();
    },
    async createPod(name, spec) {
      const containers = [{ name: 'main', image: 'nginx' }];
      const body = { metadata: { name, namespace: 'default' }, spec: { containers, ...spec } } as KubeObject;
      await transport.send({ verb: 'create', resource: 'v1/pods', key: podKey(''), body });
      await cluster.settle();
    },
    async pod(name) {
      return (await transport.send({ verb: 'get', resource: 'v1/pods', key: podKey(name) })) as unknown as Pod;
    },
    async podNames() {
      const { items } = await transport.list({ resource: 'v1/pods', namespace: 'default' });
      return items.map(({ metadata }) => metadata.name ?? '').sort();
    },
    async events(name) {
      const { items } = await transport.list({ resource: 'v1/events', namespace: '' });
      return (items as unknown as Event[])
        .filter(({ involvedObject }) => involvedObject.name === name)
        .map(({ type, reason, message }) => `${type} ${reason} ${message}`);
    },
    [Symbol.asyncDispose]: () => cluster.stop(),
  };
}
