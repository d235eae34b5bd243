/** What kubelets tell of their nodes: setters of k8s.io/kubernetes/pkg/kubelet/nodestatus. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Node } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';

/** The Event when a condition becomes what a healthy kubelet reports. */
const HEALTHY: readonly [type: string, status: string, reason: string][] = [
  ['MemoryPressure', 'False', 'NodeHasSufficientMemory'],
  ['DiskPressure', 'False', 'NodeHasNoDiskPressure'],
  ['PIDPressure', 'False', 'NodeHasSufficientPID'],
  ['Ready', 'True', 'NodeReady'],
];

export class NodeEvents {
  /** Nodes that take no pods, as far as that was told: a kubelet takes its node for schedulable at first. */
  readonly #unschedulable = new Set<string>();

  /** Tells what is new after a node was reported healthy. @param before as it was */
  tellReported(before: Frozen<Node>, env: ControllerEnv): void {
    const { name = '' } = before.metadata;
    const { conditions = [] } = before.status;
    if (!conditions.some(({ type }) => type === 'Ready'))
      env.event(before, 'Normal', 'Starting', 'Starting kubelet.', { host: name });
    for (const [wanted, status, reason] of HEALTHY)
      if (conditions.find(({ type }) => type === wanted)?.status !== status) tell(before, reason, env);
  }

  /** Tells when a node is cordoned, and when it takes pods again. */
  tellSchedulable(node: Frozen<Node>, env: ControllerEnv): void {
    const { name = '' } = node.metadata;
    const isUnschedulable = node.spec.unschedulable ?? false;
    if (isUnschedulable === this.#unschedulable.has(name)) return;
    if (isUnschedulable) this.#unschedulable.add(name);
    else this.#unschedulable.delete(name);
    tell(node, isUnschedulable ? 'NodeNotSchedulable' : 'NodeSchedulable', env);
  }

  forget(name: string): void {
    this.#unschedulable.delete(name);
  }
}

function tell(node: Frozen<Node>, reason: string, env: ControllerEnv): void {
  const { name = '' } = node.metadata;
  env.event(node, 'Normal', reason, `Node ${name} status is now: ${reason}`, { host: name });
}
