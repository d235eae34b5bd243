/** What plugins of the scheduler are, and how they are asked: k8s.io/kube-scheduler/framework. */
import type { Random } from '../../server/base/random.ts';
import type { MatchDevice } from '../../server/kube/device-match.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { ResourceId } from '../../server/kube/transport.ts';
import type { Lister } from '../lib/informer.ts';
import type { NamespaceLabels } from './affinity-terms.ts';
import type { Cluster } from './cluster.ts';
import type { ClusterEvent, EventOf, EventSource } from './cluster-events.ts';
import type { AssumedDevices } from './devices/assumed.ts';
import type { DevicePlan } from './devices/carry-out.ts';
import type { NodeInfo } from './node-info.ts';
import type { PodInfo } from './pod-info.ts';
import type { AssumedVolumes } from './volumes/assumed.ts';
import type { VolumePlan } from './volumes/plan.ts';

/** Upstream's names, as messages name them. */
export type PluginName =
  | 'NodeName'
  | 'NodeUnschedulable'
  | 'TaintToleration'
  | 'NodeAffinity'
  | 'NodePorts'
  | 'NodeResourcesFit'
  | 'NodeResourcesBalancedAllocation'
  | 'VolumeRestrictions'
  | 'NodeVolumeLimits'
  | 'VolumeBinding'
  | 'VolumeZone'
  | 'PodTopologySpread'
  | 'InterPodAffinity'
  | 'DynamicResources'
  | 'ImageLocality';

/** Why a pod cannot be on a node. */
export interface Refusal {
  readonly reasons: readonly string[];
  /** Whether it could if other pods went away (Unschedulable, and not UnschedulableAndUnresolvable). */
  readonly isResolvable: boolean;
}

/** Nothing that goes away would help. */
export const unresolvable = (...reasons: readonly string[]): Refusal => ({ reasons, isResolvable: false });
/** Other pods are in the way. */
export const resolvable = (...reasons: readonly string[]): Refusal => ({ reasons, isResolvable: true });

/** What plugins look at besides the pod and its nodes. */
export interface World {
  readonly cluster: Cluster;
  readonly namespaceLabels: NamespaceLabels;
  readonly assumedVolumes: AssumedVolumes;
  readonly assumedDevices: AssumedDevices;
  readonly matchDevice: MatchDevice;
  readonly random: Random;
  lister<T extends KubeObject>(resource: ResourceId): Lister<T>;
}

/** One attempt to find a node. */
export interface Cycle {
  readonly pod: PodInfo;
  readonly world: World;
  /** How the volumes of the pod get to the nodes that passed. */
  readonly volumePlans: Map<string, VolumePlan>;
  /** The devices that it gets there. */
  readonly devicePlans: Map<string, DevicePlan>;
}

/** A plugin that has looked at the pod, and is now asked about nodes. */
export interface Filter {
  check(node: NodeInfo): Refusal | undefined;
  /** Works a pod in as if it were on the node; `by` is -1 for one that is thought away. */
  consider?(other: PodInfo, node: NodeInfo, by: 1 | -1): void;
}

/** What a plugin says of the pod before it is asked about nodes (PreFilter). Undefined when it has nothing to say. */
export interface Preparation {
  readonly filter?: Filter;
  /** Why it can be on no node. */
  readonly refusal?: Refusal;
  /** The only nodes that it can be on. */
  readonly nodes?: ReadonlySet<string>;
}

/** Whether what happened may help a pod that the plugin has refused (QueueingHintFn). */
export type Hints = {
  readonly [Source in EventSource]?: (event: EventOf<Source>, pod: PodInfo, world: World) => boolean;
};

export interface FilterPlugin {
  readonly name: PluginName;
  prepare(cycle: Cycle): Preparation | undefined;
  readonly helpedBy: Hints;
}

/** A plugin that has looked at the pod, and now rates nodes. */
export interface Score {
  rate(node: NodeInfo): number;
  /** Makes numbers from 0 to 100 of what `rate` gave; the scores of one pod, in the order of the nodes. */
  normalize?(scores: number[]): void;
}

export const MAX_SCORE = 100;

export interface ScorePlugin {
  readonly name: PluginName;
  readonly weight: number;
  /** Undefined when it makes no difference between nodes for the pod (PreScore's Skip). */
  prepareScore(cycle: Cycle, nodes: readonly NodeInfo[]): Score | undefined;
}

/** Whether a plugin would let a pod that it has refused try again. */
export function helps({ helpedBy }: FilterPlugin, event: ClusterEvent, pod: PodInfo, world: World): boolean {
  const hint = helpedBy[event.source] as ((event: ClusterEvent, pod: PodInfo, world: World) => boolean) | undefined;
  return hint?.(event, pod, world) ?? false;
}

/** Scores from 0 to 100, in proportion to the largest (helper.DefaultNormalizeScore). */
export function normalizeToLargest(scores: number[], isReversed: boolean): void {
  let largest = 0;
  for (const score of scores) if (score > largest) largest = score;
  for (let i = 0; i < scores.length; i++) {
    const score = largest === 0 ? 0 : Math.trunc((MAX_SCORE * (scores[i] ?? 0)) / largest);
    scores[i] = isReversed ? MAX_SCORE - score : score;
  }
}
