import type { Frozen } from '../../server/base/freeze.ts';
import type { Container } from '../../server/kube/types.gen.ts';
import type { RunMemory } from './pod-memory.ts';
import { shouldRestartStopped } from './restart-policy.ts';
import type { SyncContext } from './sync-context.ts';
import { stopOf } from './termination.ts';

/** Tells a container to end although its pod goes on. By its policy it begins anew. */
export async function killContainer(
  container: Frozen<Container>,
  run: RunMemory,
  why: 'startup' | 'liveness' | 'changed',
  { pod, memory, runtime, clock, nowMs, tell, wake, wakeAt }: SyncContext,
): Promise<void> {
  const isInit = pod.spec.initContainers?.some(({ name }) => name === container.name) ?? false;
  const what = why === 'changed' ? 'definition changed' : `failed ${why} probe`;
  const again = isInit || why === 'changed' || shouldRestartStopped(container, pod.spec);
  const message = isInit ? `Init container ${container.name} ${what}` : `Container ${container.name} ${what}`;
  tell('Normal', 'Killing', again && !isInit ? `${message}, will be restarted` : message, container);
  const ownSeconds = why === 'changed' ? undefined : container[`${why}Probe`]?.terminationGracePeriodSeconds;
  const stop = await stopOf(container, run.restartCount, {
    pod,
    runtime,
    running: memory.running,
    clock,
    wake,
    graceMs: (ownSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30) * 1000,
    nowMs,
    hookFailed: () => tell('Warning', 'FailedPreStopHook', 'PreStopHook failed', container),
  });
  run.stop = Object.assign(stop, { again });
  wakeAt(stop.atMs);
}
