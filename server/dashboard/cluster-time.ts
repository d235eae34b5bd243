/** What time it is in the cluster, which may be another than that of the browser. */
import { call } from './api.ts';
import { nowMs } from './browser-clock.ts';

/** As `/-/clock` tells it. */
export interface ClockState {
  readonly now: string;
  readonly frozen: boolean;
  readonly speed: number;
  readonly offset: string;
  readonly timers: number;
  readonly nextTimer: string | null;
}

let state: ClockState | undefined;
let toldMs = 0;

export const clockState = (): ClockState | undefined => state;

export function keepClock(told: ClockState): void {
  state = told;
  toldMs = nowMs();
}

export async function readClock(): Promise<void> {
  keepClock(await call<ClockState>('-/clock'));
}

/** Milliseconds since 1970, about. */
export function clusterNow(): number {
  if (!state) return nowMs();
  const passedMs = state.frozen ? 0 : (nowMs() - toldMs) * state.speed;
  return Date.parse(state.now) + passedMs;
}
