import type { Frozen } from '../../../server/base/freeze.ts';
import type { Node, PersistentVolumeClaim, Pod, PodDisruptionBudget } from '../../../server/kube/types.gen.ts';
import { isOver, isReady, matches, nameOf, type State } from './state.ts';

function misses(state: State, pod: Frozen<Pod>): boolean {
  const claims = new Set(
    state
      .of<PersistentVolumeClaim>('PersistentVolumeClaim', pod.metadata.namespace)
      .map((claim) => claim.metadata.name),
  );
  return (pod.spec.volumes ?? []).some(
    ({ persistentVolumeClaim }) => persistentVolumeClaim && !claims.has(persistentVolumeClaim.claimName),
  );
}

/** Pods run on nodes that exist, each with an address of its own; budgets know them. */
export function pods(state: State): string[] {
  const found: string[] = [];
  const nodes = new Set(state.of<Node>('Node').map(({ metadata }) => metadata.name));
  const addresses = new Map<string, string>();
  for (const pod of state.of<Pod>('Pod')) {
    const { nodeName } = pod.spec;
    const { podIP, phase } = pod.status;
    if (nodeName && !nodes.has(nodeName)) found.push(`${nameOf(pod)} is on ${nodeName}, which does not exist`);
    if (isOver(pod)) continue;
    if (phase !== 'Running' && !misses(state, pod)) found.push(`${nameOf(pod)} is ${phase} on ${nodeName}`);
    if (phase === 'Running' && !isReady(pod)) found.push(`${nameOf(pod)} does not get ready`);
    if (podIP === undefined) continue;
    const other = addresses.get(podIP);
    if (other !== undefined) found.push(`${nameOf(pod)} has the address of ${other}`);
    addresses.set(podIP, nameOf(pod));
  }
  for (const node of state.of<Node>('Node'))
    if (node.spec.taints?.length) found.push(`${nameOf(node)} has taints: ${JSON.stringify(node.spec.taints)}`);
  return [...found, ...budgets(state)];
}

function budgets(state: State): string[] {
  return state.of<PodDisruptionBudget>('PodDisruptionBudget').flatMap((budget) => {
    const { spec, status } = budget;
    const healthy = state
      .of<Pod>('Pod', budget.metadata.namespace)
      .filter((pod) => matches(spec.selector?.matchLabels, pod.metadata.labels) && isReady(pod) && !isOver(pod)).length;
    return healthy === status?.currentHealthy
      ? []
      : [`${nameOf(budget)} has ${healthy} healthy pods, not ${status?.currentHealthy}`];
  });
}
