import { type Clock, steadyMs } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { HorizontalPodAutoscaler } from '../../server/kube/types.gen.ts';
import { DOWN_WINDOW_SECONDS } from './limits.ts';

/**
 * While time is being moved, an autoscaler whose looks have come to the same for longer than it looks back need not be
 * looked at every 15 seconds: nobody tells it anything else before the move is over, but its pods.
 */
export class Quiet {
  #sinceMs: number | undefined;
  #isPassing = false;

  /** Something was other than before. @returns whether it is not looked at just now */
  end(): boolean {
    const wasPassing = this.#isPassing;
    this.#sinceMs = undefined;
    this.#isPassing = false;
    return wasPassing;
  }

  /** For how long it need not be looked at. */
  passMs(autoscaler: Frozen<HorizontalPodAutoscaler>, clock: Clock): number {
    const nowMs = steadyMs(clock);
    this.#sinceMs ??= nowMs;
    const leftMs = (clock.horizonMs ?? 0) - clock.now();
    this.#isPassing = leftMs > 0 && nowMs - this.#sinceMs > longestWindowMs(autoscaler);
    return this.#isPassing ? leftMs : 0;
  }
}

/** How far back it looks: what it recommended, and how it has scaled. */
function longestWindowMs({ spec: { behavior = {} } }: Frozen<HorizontalPodAutoscaler>): number {
  const { scaleUp, scaleDown } = behavior;
  const periods = [scaleUp, scaleDown].flatMap((rules) =>
    (rules?.policies ?? []).map((policy) => policy.periodSeconds),
  );
  const windows = [
    scaleUp?.stabilizationWindowSeconds ?? 0,
    scaleDown?.stabilizationWindowSeconds ?? DOWN_WINDOW_SECONDS,
  ];
  return Math.max(...periods, ...windows) * 1000;
}
