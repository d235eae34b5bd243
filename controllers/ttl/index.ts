/** Tells kubelets how long they may keep secrets and config maps: k8s.io/kubernetes/pkg/controller/ttl. */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { keyOf } from '../../server/kube/object.ts';
import type { Node } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition } from '../lib/controller.ts';
import { JOINT_WORKERS } from '../lib/joint-patches.ts';

const NODES = 'v1/nodes';
const ANNOTATION = 'node.alpha.kubernetes.io/ttl';

/** Sizes of clusters overlap, so that one at the border does not change to and fro. */
const STEPS = [
  { min: 0, max: 100, seconds: 0 },
  { min: 90, max: 500, seconds: 15 },
  { min: 450, max: 1000, seconds: 30 },
  { min: 900, max: 2000, seconds: 60 },
  { min: 1800, max: Number.POSITIVE_INFINITY, seconds: 300 },
] as const;

/** How long, for the number of nodes as it grows and shrinks. */
class ClusterSize {
  #nodes = 0;
  #step = 0;

  count(change: number): void {
    this.#nodes += change;
    while (this.#nodes > this.#bounds.max) this.#step++;
    while (this.#nodes < this.#bounds.min) this.#step--;
  }

  get seconds(): number {
    return this.#bounds.seconds;
  }

  get #bounds(): (typeof STEPS)[number] {
    return STEPS[this.#step] ?? STEPS[0];
  }
}

/** Go's strconv.Atoi: text that is no number counts as none. */
function secondsOf({ metadata }: Frozen<Node>): number | undefined {
  const text = metadata.annotations?.[ANNOTATION];
  return text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : undefined;
}

/** Made anew for each cluster: it counts nodes. */
export function createTtl(): ControllerDefinition {
  let size = new ClusterSize();
  return {
    name: 'ttl-controller',
    account: 'ttl-controller',
    queue: 'ttlcontroller',
    watches: [
      {
        resource: NODES,
        isSelf: true,
        keys: (node) => (secondsOf(node as Frozen<Node>) === size.seconds ? [] : [keyOf(node)]),
      },
    ],
    workers: JOINT_WORKERS,
    start(env) {
      size = new ClusterSize();
      return env.onChange(NODES, ({ before, now }) => size.count((now ? 1 : 0) - (before ? 1 : 0)));
    },
    async reconcile(key, env) {
      const node = env.lister<Node>(NODES).get(key);
      const { seconds } = size;
      if (!node || secondsOf(node) === seconds) return undefined;
      try {
        const annotations = { [ANNOTATION]: String(seconds) };
        await env.patchJointly(NODES, key, { metadata: { annotations } });
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 404)) throw error;
      }
      return undefined;
    },
  };
}
