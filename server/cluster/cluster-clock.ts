/** What can be done with the time of a cluster. */
import type { Clock } from '../base/clock.ts';
import { type ClockState, MovableClock } from '../base/movable-clock.ts';
import { durationMsOf, timeMsOf } from './clock-texts.ts';

/** Stops and moves the time of a cluster. Everything answers with how the clock is then. */
export interface ClockControls {
  /** Time stands still until it is moved. */
  freeze(): Promise<ClockState>;
  /** Time goes on by itself. */
  resume(): Promise<ClockState>;
  /**
   * It is another time, all at once: what would have been due meanwhile happens then, late. Set back, timers keep the
   * time that they have left.
   *
   * @param time `2026-01-01T00:00:00Z`, milliseconds since 1970, or `now`, which is real time
   */
  set(time: number | string | Date): Promise<ClockState>;
  /**
   * Time passes, and everything that is due meanwhile happens when it is due.
   *
   * @param duration `1h30m`, or milliseconds
   * @throws Error when somebody hangs
   */
  advance(duration: number | string): Promise<ClockState>;
  /** Time passes until the next timer that somebody may wait for. @throws Error when somebody hangs */
  next(): Promise<ClockState>;
  /** Time passes so many times as fast as real time when it is not frozen. */
  speed(times: number): Promise<ClockState>;
  state(): ClockState;
}

/** How far time can go: RFC 3339 has years of four digits. */
export const TIME_MAX_MS = Date.UTC(9999, 11, 31);
/** Timers of several hours each turn of the event loop are as good as all of them at once. */
export const SPEED_MAX = 1_000_000;
export const SPEED_MIN = 0.001;

/** The word for real time, where a time is to be set. */
export const NOW = 'now';

/** The clock is not ours: whoever started the cluster moves it. */
export class ForeignClock extends Error {
  constructor() {
    super('the clock belongs to the program that started the cluster with it: move it there');
  }
}

/** A time, a duration or a speed that cannot be. */
export class ImpossibleTime extends Error {}

export class ClusterClock implements ClockControls {
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What tells everybody the time. */
  get source(): Clock {
    return this.#clock;
  }

  freeze(): Promise<ClockState> {
    return this.#then((clock) => clock.freeze());
  }

  resume(): Promise<ClockState> {
    return this.#then((clock) => clock.resume());
  }

  set(time: number | string | Date): Promise<ClockState> {
    return this.#then((clock) => (time === NOW ? clock.setReal() : clock.set(possibleTime(givenTime(time)))));
  }

  advance(duration: number | string): Promise<ClockState> {
    return this.#then(async (clock) => {
      const durationMs = givenDuration(duration);
      if (!(durationMs >= 0)) throw new ImpossibleTime('time passes forwards only: set it to go back');
      possibleTime(clock.now() + durationMs);
      await clock.advance(Math.floor(durationMs));
    });
  }

  next(): Promise<ClockState> {
    return this.#then((clock) => clock.next());
  }

  speed(times: number): Promise<ClockState> {
    return this.#then((clock) => clock.speed(possibleSpeed(times)));
  }

  state(): ClockState {
    return this.#own().state();
  }

  /** Real time again. */
  async reset(): Promise<void> {
    if (this.#clock instanceof MovableClock) await this.#clock.reset();
  }

  stop(): void {
    if (this.#clock instanceof MovableClock) this.#clock.stop();
  }

  #own(): MovableClock {
    if (this.#clock instanceof MovableClock) return this.#clock;
    throw new ForeignClock();
  }

  async #then(work: (clock: MovableClock) => Promise<void>): Promise<ClockState> {
    const clock = this.#own();
    await work(clock);
    return clock.state();
  }
}

/** @throws ImpossibleTime */
export function possibleTime(timeMs: number): number {
  if (timeMs >= 0 && timeMs <= TIME_MAX_MS) return Math.floor(timeMs);
  throw new ImpossibleTime('the time has to be one of the years 1970 to 9999');
}

/** @throws ImpossibleTime */
export function possibleSpeed(times: number): number {
  if (typeof times === 'number' && times >= SPEED_MIN && times <= SPEED_MAX) return times;
  throw new ImpossibleTime(`the speed has to be a number from ${SPEED_MIN} to ${SPEED_MAX}`);
}

function givenTime(time: unknown): number {
  if (typeof time === 'number') return time;
  if (time instanceof Date) return time.getTime();
  if (typeof time === 'string') return readText(time, 'set()', timeMsOf);
  const wanted = 'a time such as "2026-01-01T00:00:00Z", "now", or milliseconds since 1970';
  throw new ImpossibleTime(`set() takes ${wanted}, and not ${JSON.stringify(time)}`);
}

function givenDuration(duration: unknown): number {
  if (typeof duration === 'number') return duration;
  if (typeof duration === 'string') return readText(duration, 'advance()', durationMsOf);
  const wanted = 'a duration such as "1h30m", or milliseconds';
  throw new ImpossibleTime(`advance() takes ${wanted}, and not ${JSON.stringify(duration)}`);
}

function readText(text: string, call: string, read: (text: string) => number): number {
  try {
    return read(text);
  } catch (error) {
    throw new ImpossibleTime(`${call}: ${(error as Error).message}`);
  }
}
