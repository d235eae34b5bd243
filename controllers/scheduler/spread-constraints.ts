/** Topology spread constraints, read, and those that pods have by default. */
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { type LabelSelector, selectorMatches } from '../../server/kube/labels.ts';
import type {
  Node,
  Pod,
  ReplicaSet,
  ReplicationController,
  Service,
  StatefulSet,
  TopologySpreadConstraint,
} from '../../server/kube/types.gen.ts';
import { controllerRefOf, labelSelectorOf, mapSelectorOf } from '../lib/adopt.ts';
import { podWantsNode } from '../lib/node-selector.ts';
import type { World } from './framework.ts';
import { isTainted } from './plugins/taint-toleration.ts';

export const HOSTNAME = 'kubernetes.io/hostname';

export interface SpreadConstraint {
  readonly maxSkew: number;
  readonly topologyKey: string;
  readonly selector: LabelSelector;
  readonly minDomains: number;
  readonly honorsAffinity: boolean;
  readonly honorsTaints: boolean;
}

/** What every pod that a workload or a service selects is spread by (PodTopologySpread's system defaults). */
const DEFAULTS = [
  { topologyKey: HOSTNAME, maxSkew: 3 },
  { topologyKey: 'topology.kubernetes.io/zone', maxSkew: 5 },
];

/** Nothing matches, as a missing selector of a constraint does. */
const NOTHING: LabelSelector = [{ key: '', operator: 'in', values: [] }];

/** A selector that also asks for the pod's own values of some keys, unless it does already. */
function selectorOf(constraint: Frozen<TopologySpreadConstraint>, { metadata }: Frozen<Pod>): LabelSelector {
  const { labelSelector, matchLabelKeys = [] } = constraint;
  const selector = labelSelector ? labelSelectorOf(labelSelector) : NOTHING;
  const own = matchLabelKeys.flatMap((key) => {
    const value = getOwn(metadata.labels, key);
    return value === undefined ? [] : [{ key, operator: 'in' as const, values: [value] }];
  });
  return own.length === 0 ? selector : [...own, ...selector];
}

const known = new WeakMap<Frozen<Pod>, Map<string, readonly SpreadConstraint[]>>();

/** The constraints of a pod that act in one way. */
export function spreadConstraintsOf(
  pod: Frozen<Pod>,
  action: 'DoNotSchedule' | 'ScheduleAnyway',
): readonly SpreadConstraint[] {
  const { topologySpreadConstraints = [] } = pod.spec;
  if (topologySpreadConstraints.length === 0) return [];
  const byAction = known.get(pod) ?? new Map<string, readonly SpreadConstraint[]>();
  known.set(pod, byAction);
  const before = byAction.get(action);
  if (before) return before;
  const constraints = topologySpreadConstraints
    .filter(({ whenUnsatisfiable }) => whenUnsatisfiable === action)
    .map((constraint) => ({
      maxSkew: constraint.maxSkew,
      topologyKey: constraint.topologyKey,
      selector: selectorOf(constraint, pod),
      minDomains: constraint.minDomains ?? 1,
      honorsAffinity: (constraint.nodeAffinityPolicy ?? 'Honor') === 'Honor',
      honorsTaints: constraint.nodeTaintsPolicy === 'Honor',
    }));
  byAction.set(action, constraints);
  return constraints;
}

/** The default constraints of a pod without any of its own, over the pods that its services and owner select. */
export function defaultConstraintsOf(pod: Frozen<Pod>, world: World): readonly SpreadConstraint[] {
  const selector = defaultSelectorOf(pod, world);
  if (selector.length === 0) return [];
  return DEFAULTS.map((constraint) => ({
    ...constraint,
    selector,
    minDomains: 1,
    honorsAffinity: true,
    honorsTaints: false,
  }));
}

/** helper.DefaultSelector. */
function defaultSelectorOf(pod: Frozen<Pod>, world: World): LabelSelector {
  const { namespace = '', labels } = pod.metadata;
  const requirements = new Map<string, LabelSelector[number]>();
  for (const { spec } of world.lister<Service>('v1/services').list(namespace)) {
    const selector = spec.selector && mapSelectorOf(spec.selector);
    if (selector && selectorMatches(selector, labels)) for (const one of selector) requirements.set(one.key, one);
  }
  const own = ownerSelectorOf(pod, world);
  return requirements.size === 0 ? own : [...requirements.values(), ...own];
}

function ownerSelectorOf(pod: Frozen<Pod>, world: World): LabelSelector {
  const owner = controllerRefOf(pod);
  if (!owner) return [];
  const key = { namespace: pod.metadata.namespace ?? '', name: owner.name };
  switch (`${owner.apiVersion} ${owner.kind}`) {
    case 'v1 ReplicationController': {
      const controller = world.lister<ReplicationController>('v1/replicationcontrollers').get(key);
      return (controller?.spec.selector && mapSelectorOf(controller.spec.selector)) ?? [];
    }
    case 'apps/v1 ReplicaSet': {
      const set = world.lister<ReplicaSet>('apps/v1/replicasets').get(key);
      return set?.spec.selector ? labelSelectorOf(set.spec.selector) : [];
    }
    case 'apps/v1 StatefulSet': {
      const set = world.lister<StatefulSet>('apps/v1/statefulsets').get(key);
      return set?.spec.selector ? labelSelectorOf(set.spec.selector) : [];
    }
    default:
      return [];
  }
}

/** Whether a node has a value for every topology key. */
export function hasAllKeys({ metadata }: Frozen<Node>, constraints: readonly SpreadConstraint[]): boolean {
  for (const { topologyKey } of constraints) if (getOwn(metadata.labels, topologyKey) === undefined) return false;
  return true;
}

/** Whether the pods of a node count for a constraint. */
export function isIncluded(constraint: SpreadConstraint, pod: Frozen<Pod>, node: Frozen<Node>): boolean {
  if (constraint.honorsAffinity && !podWantsNode(pod, node)) return false;
  return !constraint.honorsTaints || !isTainted(node, pod);
}
