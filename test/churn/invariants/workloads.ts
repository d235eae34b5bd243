import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type {
  DaemonSet,
  Deployment,
  Node,
  Pod,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from '../../../server/kube/types.gen.ts';
import { controllerOf, isOver, isReady, type Labels, matches, nameOf, type State } from './state.ts';

/** Says what differs between what is and what a status tells. */
function compare(object: Frozen<KubeObject>, told: Readonly<Record<string, readonly [unknown, unknown]>>): string[] {
  return Object.entries(told).flatMap(([what, [is, says]]) =>
    (is ?? 0) === (says ?? 0)
      ? []
      : [`${nameOf(object)}: ${what} is ${String(is)}, and its status says ${String(says)}`],
  );
}

function observed(object: Frozen<KubeObject>): string[] {
  const { observedGeneration } = (object as unknown as { status: { observedGeneration?: number } }).status;
  return compare(object, { generation: [object.metadata.generation, observedGeneration] });
}

/** Whether its quota kept pods away. */
const isRefused = (object: Frozen<KubeObject>): boolean =>
  (object as unknown as { status: { conditions?: readonly { type: string }[] } }).status.conditions?.some(
    ({ type }) => type === 'ReplicaFailure',
  ) === true;

/** Pods that are controlled are selected, and pods that are selected are controlled. */
function selection(state: State, owner: Frozen<KubeObject>, selector: Labels | undefined): string[] {
  const found: string[] = [];
  for (const pod of state.of<Pod>('Pod', owner.metadata.namespace)) {
    const isSelected = matches(selector, pod.metadata.labels);
    const controller = controllerOf(pod);
    if (controller?.uid === owner.metadata.uid && !isSelected) found.push(`${nameOf(pod)}: ${nameOf(owner)} keeps it`);
    if (!controller && isSelected && !isOver(pod) && owner.kind !== 'StatefulSet')
      found.push(`${nameOf(pod)}: ${nameOf(owner)} does not adopt it`);
  }
  return found;
}

function replicated(state: State): string[] {
  const sets = [...state.of<ReplicaSet>('ReplicaSet'), ...state.of<ReplicationController>('ReplicationController')];
  return sets.flatMap((set) => {
    const { spec, status } = set;
    const pods = state.controlledBy<Pod>('Pod', set).filter((pod) => !isOver(pod));
    const wanted = spec.replicas ?? 1;
    const selector = set.kind === 'ReplicaSet' ? (set as Frozen<ReplicaSet>).spec.selector?.matchLabels : spec.selector;
    const isWrong = pods.length > wanted || (pods.length < wanted && !isRefused(set));
    return [
      ...(isWrong ? [`${nameOf(set)} has ${pods.length} pods of ${wanted}`] : []),
      ...compare(set, {
        replicas: [pods.length, status.replicas],
        ready: [pods.filter(isReady).length, status.readyReplicas],
        available: [pods.filter(isReady).length, status.availableReplicas],
      }),
      ...observed(set),
      ...selection(state, set, selector as Labels | undefined),
    ];
  });
}

function deployments(state: State): string[] {
  return state.of<Deployment>('Deployment').flatMap((deployment) => {
    const { spec, status } = deployment;
    const sets = state.controlledBy<ReplicaSet>('ReplicaSet', deployment);
    const sum = (count: (set: Frozen<ReplicaSet>) => number | undefined): number =>
      sets.reduce((total, set) => total + (count(set) ?? 0), 0);
    const wanted = spec.replicas ?? 1;
    const isStuck = spec.paused === true || sets.some(isRefused);
    const sized = sum((set) => set.spec.replicas);
    const inUse = sets.filter((set) => (set.spec.replicas ?? 0) > 0).length;
    return [
      ...(!isStuck && sized !== wanted ? [`${nameOf(deployment)} has ${sized} replicas of ${wanted}`] : []),
      ...(!isStuck && inUse > 1 ? [`${nameOf(deployment)} has ${inUse} replica sets in use`] : []),
      ...compare(deployment, {
        replicas: [sum((set) => set.status.replicas), status.replicas],
        ready: [sum((set) => set.status.readyReplicas), status.readyReplicas],
        available: [sum((set) => set.status.availableReplicas), status.availableReplicas],
      }),
      ...observed(deployment),
    ];
  });
}

function statefulSets(state: State): string[] {
  return state.of<StatefulSet>('StatefulSet').flatMap((set) => {
    const { spec, status } = set;
    const pods = state.controlledBy<Pod>('Pod', set);
    const names = new Set(Array.from({ length: spec.replicas ?? 1 }, (_, i) => `${set.metadata.name}-${i}`));
    const extra = pods.filter(({ metadata }) => !names.has(metadata.name ?? ''));
    return [
      ...extra.map((pod) => `${nameOf(set)} has too many: ${nameOf(pod)}`),
      ...compare(set, {
        replicas: [pods.length, status.replicas],
        ready: [pods.filter(isReady).length, status.readyReplicas],
      }),
      ...observed(set),
      ...selection(state, set, spec.selector?.matchLabels),
    ];
  });
}

function daemonSets(state: State): string[] {
  const nodes = state.of<Node>('Node').map(({ metadata }) => metadata.name);
  return state.of<DaemonSet>('DaemonSet').flatMap((set) => {
    const pods = state.controlledBy<Pod>('Pod', set);
    const twice = nodes.filter((node) => pods.filter(({ spec }) => spec.nodeName === node).length > 1);
    const { status } = set;
    return [
      ...twice.map((node) => `${nameOf(set)} has two pods on ${node}`),
      ...compare(set, {
        wanted: [nodes.length, status.desiredNumberScheduled],
        current: [new Set(pods.map(({ spec }) => spec.nodeName)).size, status.currentNumberScheduled],
        ready: [pods.filter(isReady).length, status.numberReady],
      }),
      ...observed(set),
      ...selection(state, set, set.spec.selector?.matchLabels),
    ];
  });
}

/** As many pods as wanted, and a status that says so. */
export function workloads(state: State): string[] {
  return [...replicated(state), ...deployments(state), ...statefulSets(state), ...daemonSets(state)];
}
