/** The conditions that kubelets report: k8s.io/kubernetes/pkg/kubelet/status/generate.go. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { ContainerStatus, Pod, PodCondition } from '../../server/kube/types.gen.ts';
import { hasInitialized } from './pod-phase.ts';
import { isSidecar } from './restart-policy.ts';

type FrozenPod = Frozen<Pod>;
type Status = Frozen<ContainerStatus>;
type Condition = Frozen<PodCondition>;

interface Verdict {
  readonly status: 'True' | 'False';
  readonly reason?: string;
  readonly message?: string;
}

const TRUE: Verdict = { status: 'True' };
const no = (reason: string, message?: string): Verdict => ({
  status: 'False',
  reason,
  ...(message !== undefined && { message }),
});

/** The time of a condition is that of its last change. */
function conditionOf(pod: FrozenPod, type: string, { status, reason, message }: Verdict, now: string): Condition {
  const before = pod.status.conditions?.find((known) => known.type === type);
  const lastTransitionTime = before?.status === status ? (before.lastTransitionTime ?? now) : now;
  const { generation } = pod.metadata;
  const condition: Partial<Record<keyof PodCondition, unknown>> = { type };
  if (generation !== undefined) condition.observedGeneration = generation;
  condition.status = status;
  condition.lastProbeTime = null;
  condition.lastTransitionTime = lastTransitionTime;
  if (reason !== undefined) condition.reason = reason;
  if (message !== undefined) condition.message = message;
  return condition as Condition;
}

const OWN = new Set(['PodReadyToStartContainers', 'Initialized', 'Ready', 'ContainersReady', 'PodScheduled']);

/** Conditions that no kubelet reports; of all that it could, a kubelet takes back those that it does not say. */
export const othersConditions = (conditions: readonly Condition[] = []): readonly Condition[] =>
  conditions.filter(({ type }) => !OWN.has(type));

/** GeneratePodReadyToStartContainersCondition: of a pod that has ended there is a sandbox, which was stopped. */
const SANDBOXES = {
  ready: TRUE,
  stopped: no('PodSandboxNotReady', 'pod sandbox is not ready'),
  missing: no('PodSandboxNotReady', 'no pod sandbox exists'),
} as const;

export interface ConditionFacts {
  readonly statuses: ReadonlyMap<string, Status>;
  readonly phase: string;
  /** Whether the pod has its network, and containers can be started. */
  readonly sandbox: keyof typeof SANDBOXES;
  readonly now: string;
}

/**
 * The kubelet's conditions and before them those of others, such as readiness gates. That it was scheduled a kubelet
 * says again, for the generation that it saw; upstream's adds it to pods that nobody scheduled. An order that others
 * gave them stays until something else has to be written.
 */
export function conditionsOf(pod: FrozenPod, { statuses, phase, sandbox, now }: ConditionFacts): Condition[] {
  const containersReady = containersReadyOf(pod, statuses, phase);
  const stored = pod.status.conditions ?? [];
  const wasScheduled = stored.some(({ type }) => type === 'PodScheduled');
  const told = [
    ...othersConditions(stored),
    conditionOf(pod, 'PodReadyToStartContainers', SANDBOXES[sandbox], now),
    conditionOf(pod, 'Initialized', initializedOf(pod, statuses, phase), now),
    conditionOf(pod, 'Ready', containersReady.status === 'True' ? readyByGates(pod) : containersReady, now),
    conditionOf(pod, 'ContainersReady', containersReady, now),
    ...(wasScheduled ? [conditionOf(pod, 'PodScheduled', TRUE, now)] : []),
  ];
  const isStored = (condition: Condition): boolean =>
    deepEqual(
      condition,
      stored.find(({ type }) => type === condition.type),
    );
  return told.length === stored.length && told.every(isStored) ? [...stored] : told;
}

/** Go prints lists of words so. */
const listed = (names: readonly string[]): string => `[${names.join(' ')}]`;

function containersReadyOf({ spec }: FrozenPod, statuses: ReadonlyMap<string, Status>, phase: string): Verdict {
  if (phase === 'Succeeded') return no('PodCompleted');
  if (phase === 'Failed') return no('PodFailed');
  const counted = [...(spec.initContainers ?? []).filter(isSidecar), ...(spec.containers ?? [])];
  const unready = counted.filter(({ name }) => !statuses.get(name)?.ready).map(({ name }) => name);
  if (unready.length === 0) return TRUE;
  return no('ContainersNotReady', `containers with unready status: ${listed(unready)}`);
}

function initializedOf({ spec }: FrozenPod, statuses: ReadonlyMap<string, Status>, phase: string): Verdict {
  if (phase === 'Succeeded') return { status: 'True', reason: 'PodCompleted' };
  const inits = spec.initContainers ?? [];
  if (inits.length === 0 || hasInitialized(spec, statuses)) return TRUE;
  const incomplete = inits.filter((container) => {
    const status = statuses.get(container.name);
    return isSidecar(container) ? !status?.started : !status?.ready;
  });
  if (incomplete.length === 0) return TRUE;
  const names = listed(incomplete.map(({ name }) => name));
  return no('ContainersNotInitialized', `containers with incomplete status: ${names}`);
}

/** A pod is ready when its containers are and every readiness gate is open. */
function readyByGates({ spec, status }: FrozenPod): Verdict {
  const missing: string[] = [];
  for (const { conditionType } of spec.readinessGates ?? []) {
    const gate = status.conditions?.find(({ type }) => type === conditionType);
    if (!gate) missing.push(`corresponding condition of pod readiness gate "${conditionType}" does not exist.`);
    else if (gate.status !== 'True')
      missing.push(`the status of pod readiness gate "${conditionType}" is not "True", but ${gate.status}`);
  }
  return missing.length === 0 ? TRUE : no('ReadinessGatesNotReady', missing.join(', '));
}
