/** How the containers of a pod are stopped: killContainer and the order of upstream's pkg/kubelet/kuberuntime. */
import type { Clock } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Container, Pod } from '../../server/kube/types.gen.ts';
import { type HookEnd, runHook } from './hooks.ts';
import type { Stop, Stopping } from './pod-memory.ts';
import { isSidecar } from './restart-policy.ts';
import type { AnyContainer, PodRuntime, PodSandbox } from './runtime/pod-runtime.ts';
import { soon } from './soon.ts';

/** However long hooks took, a container gets this long to end (minimumGracePeriodInSeconds). */
const LEAST_GRACE_MS = 2000;

/** What a process says that was killed (SIGKILL). */
const KILLED_EXIT_CODE = 137;

export interface StopFacts {
  readonly pod: Frozen<Pod>;
  readonly runtime: PodRuntime;
  readonly running: PodSandbox | undefined;
  readonly clock: Clock;
  readonly graceMs: number;
  readonly nowMs: number;
  /** Tells that a preStop hook failed. */
  readonly hookFailed: (container: AnyContainer) => void;
  /** Calls for the kubelet: something is known now that was not. */
  readonly wake: () => void;
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
  const { pod, runtime, running, graceMs, nowMs, clock } = facts;
  // Without grace nobody waits for anything.
  if (graceMs === 0) return { atMs: nowMs, exitCode: KILLED_EXIT_CODE };
  const told = runtime.run(pod, container, restartCount).stop;
  const stop: Stop = { atMs: nowMs + graceMs + LEAST_GRACE_MS, exitCode: KILLED_EXIT_CODE };
  const tell = (readyMs: number): void => {
    const begunMs = Math.min(Math.max(readyMs, turnMs), graceMs);
    const leftMs = Math.max(graceMs - begunMs, LEAST_GRACE_MS);
    const isInTime = told !== 'signal' && told.afterMs <= leftMs;
    stop.atMs = nowMs + begunMs + (isInTime ? told.afterMs : leftMs);
    if (isInTime) stop.exitCode = told.exitCode;
    if (told === 'signal') running?.terminate(container.name, nowMs + begunMs - clock.now());
  };
  const { preStop } = container.lifecycle ?? {};
  if (!preStop) {
    tell(0);
    return stop;
  }
  const hook = runHook(preStop, pod, container, facts);
  const known = preStop.exec ? await soon(hook) : await hook;
  if (known?.failure !== undefined) facts.hookFailed(container);
  if (known) tell(known.takesMs);
  else void tellAfter(hook, container, facts, tell);
  return stop;
}

/** A hook that takes its time gets no more than the grace period. */
async function tellAfter(
  hook: Promise<HookEnd>,
  container: AnyContainer,
  { clock, graceMs, nowMs, hookFailed, wake }: StopFacts,
  tell: (readyMs: number) => void,
): Promise<void> {
  let cancel = (): void => undefined;
  const late = new Promise<undefined>((resolve) => {
    cancel = clock.schedule(graceMs, () => resolve(undefined));
  });
  const end = await Promise.race([hook, late]);
  cancel();
  if (end?.failure !== undefined) hookFailed(container);
  tell(clock.now() - nowMs + (end?.takesMs ?? 0));
  wake();
}

/** All running containers of a pod: sidecars in the reverse of their order, after the others. */
export async function stopsOf(
  running: readonly { readonly container: Frozen<Container>; readonly restartCount: number }[],
  facts: StopFacts,
): Promise<Pick<Stopping, 'stops' | 'late'>> {
  const { pod, runtime, nowMs } = facts;
  const inits = (pod.spec.initContainers ?? []).map(({ name }) => name);
  const isLate = (container: Frozen<Container>): boolean => inits.includes(container.name) && isSidecar(container);
  const stops = new Map<string, Stop>();
  let turnMs = 0;
  const stop = async ({ container, restartCount }: (typeof running)[number], waitMs: number): Promise<void> => {
    const end = await stopOf(container, restartCount, facts, waitMs);
    stops.set(container.name, end);
    turnMs = Math.max(turnMs, end.atMs - nowMs);
  };
  for (const one of running) if (!isLate(one.container)) await stop(one, 0);
  const late = running.filter(({ container }) => isLate(container));
  // Nobody knows whose turn is when, if one of them ends as it pleases.
  const isOpen = running.some(
    ({ container, restartCount }) =>
      runtime.run(pod, container, restartCount).stop === 'signal' || container.lifecycle?.preStop?.exec,
  );
  if (isOpen) return { stops, late };
  for (const one of late.toReversed()) await stop(one, turnMs);
  return { stops, late: [] };
}

/** Tells sidecars to end whose turn it is: all that come before have ended. */
export async function takeTurns(stopping: Stopping, facts: StopFacts): Promise<void> {
  const { nowMs } = facts;
  for (;;) {
    const isOthersTurn = [...stopping.stops.values()].some(({ atMs }) => atMs > nowMs);
    const next = isOthersTurn ? undefined : stopping.late.pop();
    if (!next) return;
    const leftMs = stopping.sinceMs + stopping.graceMs - nowMs;
    const graceMs = stopping.graceMs === 0 ? 0 : Math.max(leftMs, LEAST_GRACE_MS);
    stopping.stops.set(next.container.name, await stopOf(next.container, next.restartCount, { ...facts, graceMs }));
  }
}
