/** How the containers of a pod are stopped: killContainer and the order of upstream's pkg/kubelet/kuberuntime. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { RunningPod } from '../../server/kube/node-connector.ts';
import type { Container, Pod } from '../../server/kube/types.gen.ts';
import { runHook } from './hooks.ts';
import type { Stop } from './pod-memory.ts';
import { isSidecar } from './restart-policy.ts';
import type { AnyContainer, PodRuntime } from './runtime/pod-runtime.ts';

/** However long hooks took, a container gets this long to end (minimumGracePeriodInSeconds). */
const LEAST_GRACE_MS = 2000;

/** What a process says that was killed (SIGKILL). */
const KILLED_EXIT_CODE = 137;

export interface StopFacts {
  readonly pod: Frozen<Pod>;
  readonly runtime: PodRuntime;
  readonly running: RunningPod | undefined;
  readonly graceMs: number;
  readonly nowMs: number;
  /** Tells that a preStop hook failed. */
  readonly hookFailed: (container: AnyContainer) => void;
}

/**
 * When and how one container ends that is told to now: its preStop hook, then its own time, and when the grace period
 * is over it is killed.
 *
 * @param turnMs how long it waits before it is told to end, within its grace period
 */
export async function stopOf(
  container: AnyContainer,
  restartCount: number,
  facts: StopFacts,
  turnMs = 0,
): Promise<Stop> {
  const { pod, runtime, graceMs, nowMs } = facts;
  // Without grace nobody waits for anything.
  if (graceMs === 0) return { atMs: nowMs, exitCode: KILLED_EXIT_CODE };
  const { preStop } = container.lifecycle ?? {};
  let begunMs = 0;
  if (preStop) {
    const { takesMs, failure } = await runHook(preStop, pod, container, facts);
    if (failure !== undefined) facts.hookFailed(container);
    begunMs = Math.min(takesMs, graceMs);
  }
  begunMs = Math.min(Math.max(begunMs, turnMs), graceMs);
  const leftMs = Math.max(graceMs - begunMs, LEAST_GRACE_MS);
  const { afterMs, exitCode } = runtime.run(pod, container, restartCount).stop;
  if (afterMs > leftMs) return { atMs: nowMs + begunMs + leftMs, exitCode: KILLED_EXIT_CODE };
  return { atMs: nowMs + begunMs + afterMs, exitCode };
}

/** All running containers of a pod: sidecars in the reverse of their order, after the others. */
export async function stopsOf(
  running: readonly { readonly container: Frozen<Container>; readonly restartCount: number }[],
  facts: StopFacts,
): Promise<Map<string, Stop>> {
  const inits = (facts.pod.spec.initContainers ?? []).map(({ name }) => name);
  const isLate = (container: Frozen<Container>): boolean => inits.includes(container.name) && isSidecar(container);
  const stops = new Map<string, Stop>();
  let turnMs = 0;
  const stop = async ({ container, restartCount }: (typeof running)[number], waitMs: number): Promise<void> => {
    const end = await stopOf(container, restartCount, facts, waitMs);
    stops.set(container.name, end);
    turnMs = Math.max(turnMs, end.atMs - facts.nowMs);
  };
  for (const one of running) if (!isLate(one.container)) await stop(one, 0);
  for (const one of running.toReversed()) if (isLate(one.container)) await stop(one, turnMs);
  return stops;
}
