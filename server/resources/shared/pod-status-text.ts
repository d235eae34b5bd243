/** The row of a pod as `kubectl get` shows it: printPod in pkg/printers/internalversion. */
import type { Frozen } from '../../base/freeze.ts';
import { since } from '../../kube/human-duration.ts';
import type { ContainerStatus, Pod } from '../../kube/types.gen.ts';
import { isPodReady } from './pod-conditions.ts';
import { isSidecar } from './pod-containers.ts';

type Status = Frozen<ContainerStatus>;

/** How often containers were restarted, and when last. */
class Restarts {
  count = 0;
  #last: string | undefined;

  add({ restartCount, lastState }: Status): void {
    this.count += restartCount;
    const finishedAt = lastState.terminated?.finishedAt;
    if (finishedAt && (this.#last === undefined || finishedAt > this.#last)) this.#last = finishedAt;
  }

  text(nowMs: number): string {
    if (this.count === 0 || this.#last === undefined) return String(this.count);
    return `${this.count} (${since(this.#last, nowMs)} ago)`;
  }
}

interface Progress {
  reason: string;
  ready: number;
  restarts: Restarts;
}

function terminatedText({ reason, signal, exitCode }: NonNullable<Status['state']['terminated']>): string {
  if (reason) return reason;
  return signal ? `Signal:${signal}` : `ExitCode:${exitCode}`;
}

/** What the first init container that is not done says; undefined when all are done. */
function initProgress(pod: Frozen<Pod>, progress: Progress, sidecarRestarts: Restarts): string | undefined {
  const sidecars = new Set((pod.spec.initContainers ?? []).filter(isSidecar).map(({ name }) => name));
  const statuses = pod.status.initContainerStatuses ?? [];
  for (const [i, status] of statuses.entries()) {
    const { state, started, ready, name } = status;
    progress.restarts.add(status);
    if (sidecars.has(name)) sidecarRestarts.add(status);
    if (state.terminated?.exitCode === 0) continue;
    if (sidecars.has(name) && started) {
      if (ready) progress.ready++;
      continue;
    }
    if (state.terminated) return `Init:${terminatedText(state.terminated)}`;
    const waiting = state.waiting?.reason;
    if (waiting && waiting !== 'PodInitializing') return `Init:${waiting}`;
    return `Init:${i}/${pod.spec.initContainers?.length ?? 0}`;
  }
  return undefined;
}

/** What the regular containers say; the first one has the last word. */
function containerProgress({ status }: Frozen<Pod>, progress: Progress): void {
  let hasRunning = false;
  let errorReason = '';
  for (const container of [...(status.containerStatuses ?? [])].reverse()) {
    const { waiting, terminated, running } = container.state;
    progress.restarts.add(container);
    if (waiting?.reason) progress.reason = waiting.reason;
    else if (terminated) {
      progress.reason = terminatedText(terminated);
      if (terminated.exitCode !== 0) errorReason = progress.reason;
    } else if (container.ready && running) {
      hasRunning = true;
      progress.ready++;
    }
  }
  if (progress.reason !== 'Completed') return;
  if (hasRunning && isPodReady(status)) progress.reason = 'Running';
  else if (errorReason !== '') progress.reason = errorReason;
  else if (hasRunning) progress.reason = 'NotReady';
}

function progressOf(pod: Frozen<Pod>): Progress {
  const { conditions = [], phase = '', reason } = pod.status;
  const isGated = conditions.some(
    (condition) => condition.type === 'PodScheduled' && condition.reason === 'SchedulingGated',
  );
  const progress: Progress = {
    reason: isGated ? 'SchedulingGated' : reason || phase,
    ready: 0,
    restarts: new Restarts(),
  };
  const sidecarRestarts = new Restarts();
  const initializing = initProgress(pod, progress, sidecarRestarts);
  if (initializing !== undefined) progress.reason = initializing;
  const isInitialized = conditions.find(({ type }) => type === 'Initialized')?.status === 'True';
  if (initializing !== undefined && !isInitialized) return progress;
  progress.restarts = sidecarRestarts;
  containerProgress(pod, progress);
  return progress;
}

function statusCell({ metadata, status }: Frozen<Pod>, reason: string): string {
  if (metadata.deletionTimestamp === undefined) return reason;
  if (status.reason === 'NodeLost') return 'Unknown';
  return status.phase === 'Succeeded' || status.phase === 'Failed' ? reason : 'Terminating';
}

function gatesCell({ spec, status }: Frozen<Pod>): string {
  const gates = spec.readinessGates ?? [];
  if (gates.length === 0) return '<none>';
  const isTrue = (type: string): boolean =>
    status.conditions?.find((condition) => condition.type === type)?.status === 'True';
  return `${gates.filter(({ conditionType }) => isTrue(conditionType)).length}/${gates.length}`;
}

/** The cells of a pod. */
export function podCells(pod: Frozen<Pod>, nowMs: number): unknown[] {
  const { metadata, spec, status } = pod;
  const { reason, ready, restarts } = progressOf(pod);
  const total = (spec.containers?.length ?? 0) + (spec.initContainers ?? []).filter(isSidecar).length;
  return [
    metadata.name,
    `${ready}/${total}`,
    statusCell(pod, reason),
    restarts.text(nowMs),
    since(metadata.creationTimestamp, nowMs),
    status.podIPs?.[0]?.ip || '<none>',
    spec.nodeName || '<none>',
    status.nominatedNodeName || '<none>',
    gatesCell(pod),
  ];
}

const COMPLETED: Readonly<Record<string, string>> = {
  Succeeded: 'The pod has completed successfully.',
  Failed: 'The pod failed.',
};

/** Marks the rows of pods that have ended. */
export function podRowConditions({ status }: Frozen<Pod>): unknown[] | undefined {
  const { phase = '' } = status;
  if (phase !== 'Succeeded' && phase !== 'Failed') return undefined;
  return [{ type: 'Completed', status: 'True', reason: phase, message: COMPLETED[phase] }];
}
