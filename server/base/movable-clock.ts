import { type Cancel, type Clock, steadyMs, type TimerKind } from './clock.ts';
import { type PendingTimer, TimerHeap } from './timer-heap.ts';
import { nextTurn } from './turn.ts';

/** How a clock is. */
export interface ClockState {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly frozen: boolean;
  /** How much faster than real time it runs when it is not frozen. */
  readonly speed: number;
  /** How many milliseconds it is ahead of real time. */
  readonly offset: number;
  /** How many timers wait for something that a user may wait for. */
  readonly timers: number;
  /** When the first of them is due. */
  readonly nextTimer: number | undefined;
}

/** So often it goes on when it does not run as fast as real time. */
const TICK_MS = 10;
/** A machine that cannot keep up makes it slower, instead of making it fall back ever more. */
const TICK_LATE_MS = 100;

/**
 * A clock that can be stopped and moved. As long as nobody does, its timers are those of the real clock. When it is
 * moved on they run in the order in which they are due, each at its time, after everybody has come to rest.
 *
 * @example
 * const clock = new MovableClock(systemClock());
 * await clock.freeze();
 * await clock.advance(60 * 60 * 1000);
 */
export class MovableClock implements Clock {
  readonly real: Clock;
  readonly #frozenAtMs: number | undefined;
  readonly #pending = new Set<PendingTimer>();
  #count = 0;
  /** Resolves when nobody has anything to do any more before time goes on. */
  #atRest: () => Promise<void> = nextTurn;
  /** In their order, unless the machine runs them. */
  #heap: TimerHeap | undefined;
  /** Where it stands; undefined when it runs as real time does, `#offsetMs` ahead. */
  #standingMs: number | undefined;
  #offsetMs = 0;
  #shiftedMs = 0;
  /** What is known of how far real time has been shifted. */
  #realShiftedMs: number;
  #horizonMs: number | undefined;
  #isFrozen = false;
  /** Whether it has just been brought back to real time, whatever time that took. */
  #isBack = false;
  #speed = 1;
  #tick: Cancel | undefined;
  /** What was less than a millisecond at the last tick. */
  #leftMs = 0;
  #isStopped = false;
  /** What is done with it, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param frozenAtMs where it stands at first, and after a reset; it runs unless given */
  constructor(real: Clock, frozenAtMs?: number) {
    this.real = real;
    this.#realShiftedMs = real.shiftedMs ?? 0;
    this.#frozenAtMs = frozenAtMs;
    if (frozenAtMs === undefined) return;
    this.#isFrozen = true;
    this.#standingMs = frozenAtMs;
    this.#heap = new TimerHeap(this.#pending);
  }

  /** @param atRest resolves when everybody has done what there is to do at one time */
  waitFor(atRest: () => Promise<void>): void {
    this.#atRest = atRest;
  }

  /** A clock of its own that is as this one is just now, without its timers. */
  copy(): MovableClock {
    const copy = new MovableClock(this.real, this.#frozenAtMs);
    copy.#standingMs = undefined;
    copy.#heap = undefined;
    copy.#offsetMs = this.now() - this.real.now();
    copy.#isFrozen = this.#isFrozen;
    copy.#speed = this.#speed;
    if (this.#isOrdinary) return copy;
    copy.#standingMs = this.now();
    copy.#heap = new TimerHeap(copy.#pending);
    if (!this.#isFrozen) copy.#tickLater();
    return copy;
  }

  now(): number {
    return this.#standingMs ?? this.real.now() + this.#offsetMs;
  }

  get standsStill(): boolean {
    return this.#isFrozen && this.#horizonMs === undefined;
  }

  get shiftedMs(): number {
    this.#followReal();
    return this.#shiftedMs;
  }

  get horizonMs(): number | undefined {
    return this.#horizonMs;
  }

  schedule(delayMs: number, run: () => void, kind: TimerKind = 'effect'): Cancel {
    this.#followReal();
    // What comes again and again has had its turn in this move.
    const fromMs = kind === 'polling' ? (this.#horizonMs ?? this.now()) : this.now();
    // A loop that waits for nothing does not hold time up: no timer of a machine takes less than a millisecond either.
    const dueMs = fromMs + Math.max(this.#horizonMs === undefined ? 0 : 1, delayMs);
    const timer: PendingTimer = { dueMs, number: this.#count++, kind, run, disarm: undefined, isOver: false };
    this.#pending.add(timer);
    this.#heap?.push(timer);
    if (this.#isArmed(timer)) this.#arm(timer);
    return () => this.#end(timer);
  }

  /** Time stands still: timers wait until it is moved. */
  freeze(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isFrozen = true;
    });
  }

  /** Time goes on by itself, from where it is. */
  resume(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isFrozen = false;
    });
  }

  /** @param speed how many times as fast as real time */
  speed(speed: number): Promise<void> {
    return this.#inTurn(async () => {
      this.#speed = speed;
    });
  }

  /**
   * Another time, all at once. Timers that would have been due meanwhile run then; when it is set back, they keep the
   * time that they have left, as timers do that count what has passed.
   */
  set(timeMs: number): Promise<void> {
    return this.#inTurn(async () => {
      const fromMs = this.now();
      if (timeMs >= fromMs) await this.#move(timeMs, true);
      else this.#shift(timeMs - fromMs);
    });
  }

  /** The time of the machine, as {@link set} does it; as long as nobody stops or moves it, it stays that. */
  setReal(): Promise<void> {
    return this.#inTurn(async () => {
      const fromMs = this.now();
      const realMs = this.real.now();
      if (realMs >= fromMs) await this.#move(realMs, true);
      else this.#shift(realMs - fromMs);
      this.#isBack = true;
    });
  }

  /** Goes on by a time; what is due meanwhile happens when it is due. */
  advance(durationMs: number): Promise<void> {
    return this.#inTurn(() => this.#move(this.now() + durationMs, false));
  }

  /** Goes on to the next timer that a user may wait for, if there is one. */
  next(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#atRest();
      const { nextTimer } = this.#waited();
      if (nextTimer !== undefined) await this.#move(Math.max(this.now(), nextTimer), false);
    });
  }

  /** As at first: real time, or where it stood; timers keep the time that they have left. */
  reset(): Promise<void> {
    return this.#inTurn(async () => {
      this.#isFrozen = this.#frozenAtMs !== undefined;
      this.#speed = 1;
      const firstMs = this.#frozenAtMs ?? this.real.now();
      this.#shift(firstMs - this.now());
      this.#isBack = this.#frozenAtMs === undefined;
    });
  }

  state(): ClockState {
    const now = this.now();
    const offset = now - this.real.now();
    return { now, frozen: this.#isFrozen, speed: this.#speed, offset, ...this.#waited() };
  }

  /** It is not moved any more. */
  stop(): void {
    this.#isStopped = true;
    this.#tick?.();
  }

  #waited(): Pick<ClockState, 'timers' | 'nextTimer'> {
    let timers = 0;
    let nextTimer: number | undefined;
    for (const { kind, dueMs } of this.#pending) {
      if (kind !== 'effect') continue;
      timers++;
      nextTimer = Math.min(nextTimer ?? dueMs, Math.ceil(dueMs));
    }
    return { timers, nextTimer };
  }

  /** Whether time goes on by the machine's timers: neither frozen nor at another speed. */
  get #isOrdinary(): boolean {
    return !this.#isFrozen && this.#speed === 1;
  }

  /** Does something with the clock when it is nobody else's turn; it stands still meanwhile. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#turn.then(async () => {
      if (this.#isStopped) return;
      this.#stand();
      try {
        await work();
      } finally {
        this.#goOn();
      }
    });
    this.#turn = done.catch(() => undefined);
    return done;
  }

  #stand(): void {
    this.#tick?.();
    this.#followReal();
    this.#standingMs ??= this.now();
    this.#horizonMs = this.#standingMs;
    for (const timer of this.#pending) this.#disarm(timer);
    this.#heap ??= new TimerHeap(this.#pending);
  }

  #goOn(): void {
    this.#horizonMs = undefined;
    this.#followReal();
    if (this.#isStopped) return;
    if (this.#isOrdinary) {
      this.#offsetMs = this.#isBack ? 0 : this.now() - this.real.now();
      this.#standingMs = undefined;
      this.#heap = undefined;
    }
    this.#isBack = false;
    for (const timer of this.#pending) if (this.#isArmed(timer)) this.#arm(timer);
    if (!this.#isFrozen && this.#speed !== 1) this.#tickLater();
  }

  /** What is only put off goes on in real time, unless time is being moved. */
  #isArmed({ kind }: PendingTimer): boolean {
    return this.#horizonMs === undefined && (kind === 'retry' || this.#isOrdinary);
  }

  #arm(timer: PendingTimer): void {
    timer.disarm = this.real.schedule(timer.dueMs - this.now(), () => this.#run(timer));
  }

  #disarm(timer: PendingTimer): void {
    timer.disarm?.();
    timer.disarm = undefined;
  }

  #end(timer: PendingTimer): void {
    if (timer.isOver) return;
    timer.isOver = true;
    this.#pending.delete(timer);
    this.#disarm(timer);
  }

  #run(timer: PendingTimer): void {
    this.#end(timer);
    timer.run();
  }

  #tickLater(): void {
    const sinceMs = steadyMs(this.real);
    this.#tick = this.real.schedule(TICK_MS, () => {
      const realMs = Math.max(0, steadyMs(this.real) - sinceMs);
      const passedMs = Math.min(realMs, TICK_LATE_MS) * this.#speed + this.#leftMs;
      this.#leftMs = passedMs % 1;
      // Whatever keeps the cluster from coming to rest is waited for in the next tick again.
      this.#inTurn(() => this.#move(this.now() + Math.floor(passedMs), false)).catch(() => undefined);
    });
  }

  #shift(byMs: number): void {
    for (const timer of this.#pending) timer.dueMs += byMs;
    this.#shiftedMs += byMs;
    this.#standingMs = this.now() + byMs;
    this.#horizonMs = this.#standingMs;
  }

  /** Somebody may have set the clock of the machine: timers count what passes. Time that stands or ticks is its own. */
  #followReal(): void {
    const byMs = (this.real.shiftedMs ?? 0) - this.#realShiftedMs;
    if (byMs === 0) return;
    this.#realShiftedMs += byMs;
    if (this.#standingMs !== undefined) return;
    for (const timer of this.#pending) timer.dueMs += byMs;
    this.#shiftedMs += byMs;
  }

  /** @param atOnce whether it is the end at once, and everything that was due meanwhile late */
  async #move(endMs: number, atOnce: boolean): Promise<void> {
    this.#horizonMs = endMs;
    await this.#atRest();
    const polling = [...this.#pending].filter(({ kind, dueMs }) => kind === 'polling' && dueMs <= endMs);
    for (const timer of polling) this.#run(timer);
    if (polling.length > 0) await this.#atRest();
    if (atOnce) this.#standingMs = endMs;
    for (let first = this.#heap?.first(); first && first.dueMs <= endMs; first = this.#heap?.first()) {
      if (this.#isStopped) return;
      this.#standingMs = Math.max(this.now(), Math.ceil(first.dueMs));
      const { dueMs } = first;
      for (let same: PendingTimer | undefined = first; same?.dueMs === dueMs; same = this.#heap?.first())
        this.#run(same);
      await this.#atRest();
    }
    this.#standingMs = endMs;
  }
}
