/** Takes something back: a timer, a watch, a registration. Calling it twice does nothing. */
export type Cancel = () => void;

/**
 * What a timer is for; only a clock that is moved makes a difference between them.
 * - `effect`: something that a user may wait for; unless another one is given.
 * - `upkeep`: runs at its time, too, but nobody wants to go there (`next`).
 * - `polling`: again and again, only to look or to say that nothing has changed: once a move.
 * - `retry`: work that was only put off for less than a second; it goes on even when time stands still.
 */
export type TimerKind = 'effect' | 'upkeep' | 'polling' | 'retry';

/**
 * The only source of time. Everything that waits or reads the time gets a clock passed in, so that a test can move it.
 *
 * @example
 * const cancel = clock.schedule(5_000, () => log.info('five seconds later'));
 */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Whether time only passes when somebody says so: then nobody can wait for a timer. */
  readonly simulated?: boolean;
  /** The same, for as long as it has been stopped and nobody moves it. */
  readonly standsStill?: boolean;
  /** Runs `run` once after `delayMs` milliseconds. */
  schedule(delayMs: number, run: () => void, kind?: TimerKind): Cancel;
  /** How far it was set on or back, without that time having passed: see {@link steadyMs}. */
  readonly shiftedMs?: number;
  /** The clock of the machine, where this is another: see {@link realOf}. */
  readonly real?: Clock;
  /** While time is being moved: where it will have arrived. Whoever is there now will be there until then. */
  readonly horizonMs?: number | undefined;
}

/** A time to reckon with what has passed, whatever the clock was set to: Go's times have such a reading, too. */
export const steadyMs = (clock: Clock): number => clock.now() - (clock.shiftedMs ?? 0);

/** The clock for what is between machines: connections, and clients that come back. Nobody can move it. */
export const realOf = (clock: Clock): Clock => clock.real ?? clock;

/** Node refuses longer timers (it would fire at once); a longer wait is cut into pieces. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The machine's clock is set when it is more than that away from where it would be: less is its being kept right. */
const STEP_MS = 1000;

/** The time of the machine. Timers do not keep the process alive, and count what passes, as Node's do. */
export function systemClock(): Clock {
  let shiftedMs = 0;
  // performance.now() counts what has passed; time that the machine slept is no time to it, nor to timers.
  const shift = (): number => Math.round(Date.now() - performance.timeOrigin - performance.now());
  const firstMs = shift();
  return {
    now: () => Date.now(),
    get shiftedMs() {
      const byMs = shift() - firstMs;
      if (Math.abs(byMs - shiftedMs) > STEP_MS) shiftedMs = byMs;
      return shiftedMs;
    },
    schedule(delayMs, run) {
      let timer: NodeJS.Timeout;
      const arm = (leftMs: number): void => {
        const stepMs = Math.min(leftMs, LONGEST_TIMER_MS);
        timer = setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : run()), stepMs);
        timer.unref();
      };
      arm(Math.max(0, delayMs));
      return () => clearTimeout(timer);
    },
  };
}

/** Nearly all times that are written are of now. */
let lastSecond = Number.NaN;
let lastText = '';

/** `2026-11-23T07:30:00Z`: metav1.Time keeps whole seconds. */
export function rfc3339(timeMs: number): string {
  const second = Math.floor(timeMs / 1000);
  if (second !== lastSecond) {
    lastText = `${new Date(timeMs).toISOString().slice(0, 19)}Z`;
    lastSecond = second;
  }
  return lastText;
}

/** `2026-11-23T07:30:00.123000Z`: metav1.MicroTime keeps microseconds. */
export function rfc3339Micro(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 23)}000Z`;
}
