/** The journal as tests use it: what was asked, since when, and what is waited for. */
import type { Clock } from '../../base/clock.ts';
import { badRequest } from '../../kube/api-error.ts';
import { LIMITS } from '../../kube/limits.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { RequestEvent } from './event.ts';
import { type ClusterJournal, JOURNAL_LEVELS, type JournalLevel } from './journal.ts';
import type { JournalEntry } from './journal-entry.ts';
import type { ReplayOptions, ReplayResult } from './replay.ts';
import { described, type RequestMatch, RequestMatcher } from './request-match.ts';
import { checkOptions } from './request-options.ts';

/** How long is waited, and for how many. */
export interface WaitOptions {
  /** How many requests have to fit; 1 unless given. */
  readonly count?: number;
  /** Those after this mark count as well; only those from now on unless given. */
  readonly since?: number;
  /** Seconds of the machine, whatever the clock of the cluster shows; 10 unless given. */
  readonly timeoutSeconds?: number;
  /** Whether requests of the server's own controllers count. */
  readonly controllers?: boolean;
}

export interface SearchOptions {
  /** Requests after a mark, or received at this time or later; all that are kept unless given. */
  readonly since?: number | Date;
  /** So many of the newest. */
  readonly limit?: number;
  readonly controllers?: boolean;
  /** Whether those count that nobody has answered yet. */
  readonly inFlight?: boolean;
}

export interface RequestExpectation {
  /** @throws Error that tells what was asked instead, unless `times` requests fit; one or more unless given */
  toHaveBeenMade(options?: { readonly times?: number; readonly since?: number }): void;
  /** @throws Error that tells which request fits */
  notToHaveBeenMade(options?: { readonly since?: number }): void;
}

/**
 * What clients have asked for, as upstream's audit log would tell it.
 *
 * @example
 * const mark = cluster.requests.mark();
 * // … what is tested runs
 * await cluster.requests.waitFor({ verb: 'patch', resource: 'deployments/status', name: 'web' }, { since: mark });
 * cluster.requests.expectRequest({ verb: 'delete' }).notToHaveBeenMade({ since: mark });
 */
export interface Requests {
  /** How much is kept from now on; `metadata` unless somebody says otherwise. */
  level: JournalLevel;
  /** The number of the newest request. */
  mark(): number;
  /** Requests after a mark, oldest first: all that are kept without one. */
  since(mark?: number, match?: RequestMatch): readonly RequestEvent[];
  find(match: RequestMatch, options?: SearchOptions): readonly RequestEvent[];
  /** Resolves with the first requests that fit. @throws RequestWaitError when too few came in time */
  waitFor(match: RequestMatch, options?: WaitOptions): Promise<readonly RequestEvent[]>;
  expectRequest(match: RequestMatch): RequestExpectation;
  /**
   * Writes as lines of JSON, to be sent again.
   *
   * @throws Error unless their bodies were kept: see `level`
   */
  tape(match?: RequestMatch, options?: SearchOptions): Promise<string>;
  /** Sends the writes of a tape again, in their order and as their users. @throws Error for what is no tape */
  replay(tape: string, options?: ReplayOptions): Promise<ReplayResult>;
  /** Forgets all requests. Marks go on. */
  clear(): void;
}

/** Too few of the requests came that somebody waited for. */
export class RequestWaitError extends Error {
  /** Requests that nearly fit, and why they do not. */
  readonly nearest: readonly string[];

  constructor(message: string, nearest: readonly string[]) {
    super([message, ...nearest.map((line) => `  ${line}`)].join('\n'));
    this.name = 'RequestWaitError';
    this.nearest = nearest;
  }
}

const DEFAULT_TIMEOUT_SECONDS = 10;
const NEAREST_SHOWN = 5;

export class RequestLog implements Requests {
  readonly #journal: ClusterJournal;
  readonly #realClock: Clock;
  readonly #pipeline: () => Pipeline;
  #waiting = 0;

  constructor(journal: ClusterJournal, realClock: Clock, pipeline: () => Pipeline) {
    this.#journal = journal;
    this.#realClock = realClock;
    this.#pipeline = pipeline;
  }

  get level(): JournalLevel {
    return this.#journal.level;
  }

  set level(level: JournalLevel) {
    if (!JOURNAL_LEVELS.includes(level))
      throw badRequest(`level has to be one of ${JOURNAL_LEVELS.join(', ')}, and is ${JSON.stringify(level)}`);
    this.#journal.level = level;
  }

  mark(): number {
    return this.#journal.mark;
  }

  since(mark = 0, match: RequestMatch = {}): RequestEvent[] {
    return this.find(match, { since: mark });
  }

  find(match: RequestMatch, options: SearchOptions = {}): RequestEvent[] {
    return this.entries(match, options).map((entry) => entry.event());
  }

  /** The same before events are made of them. */
  entries(match: RequestMatch, options: SearchOptions = {}): JournalEntry[] {
    checkOptions('search', options);
    const { since = 0, limit, controllers, inFlight } = options;
    const matcher = new RequestMatcher(match);
    const mark = typeof since === 'number' ? since : 0;
    const sinceMs = typeof since === 'number' ? Number.NEGATIVE_INFINITY : since.getTime();
    const found = this.#journal
      .after(mark, { own: controllers ?? false })
      .filter((entry) => (inFlight || entry.status !== undefined) && entry.receivedAtMs >= sinceMs)
      .filter((entry) => matcher.fits(entry));
    return limit === undefined ? found : found.slice(Math.max(0, found.length - limit));
  }

  async waitFor(match: RequestMatch, options: WaitOptions = {}): Promise<RequestEvent[]> {
    return (await this.waitForEntries(match, options)).map((entry) => entry.event());
  }

  /** @throws RequestWaitError */
  async waitForEntries(match: RequestMatch, options: WaitOptions): Promise<JournalEntry[]> {
    checkOptions('wait', options);
    const { count = 1, timeoutSeconds = DEFAULT_TIMEOUT_SECONDS, controllers = false } = options;
    const since = options.since ?? this.#journal.mark;
    if (this.#waiting >= LIMITS.requestWaiters)
      throw new Error(`no more than ${LIMITS.requestWaiters} may wait for requests at once`);
    const found = this.entries(match, { since, controllers });
    if (found.length >= count) return found.slice(0, count);
    const matcher = new RequestMatcher(match);
    this.#waiting++;
    return new Promise<JournalEntry[]>((resolve, reject) => {
      const stop = this.#journal.onAnswer((entry) => {
        if (entry.sequence <= since || (entry.isOwn && !controllers) || !matcher.fits(entry)) return;
        found.push(entry);
        if (found.length >= count) end(() => resolve(found));
      });
      const cancel = this.#realClock.schedule(timeoutSeconds * 1000, () =>
        end(() => reject(this.#tooFew(matcher, found.length, { since, count, timeoutSeconds, controllers }))),
      );
      const end = (settle: () => void): void => {
        stop();
        cancel();
        this.#waiting--;
        settle();
      };
    });
  }

  expectRequest(match: RequestMatch): RequestExpectation {
    const matcher = new RequestMatcher(match);
    return {
      toHaveBeenMade: (options = {}) => {
        checkOptions('made', options);
        const { times, since = 0 } = options;
        const { length } = this.entries(match, { since });
        if (times === undefined ? length > 0 : length === times) return;
        const wanted = times === undefined ? 'a request' : counted(times);
        throw this.#unexpected(
          `expected ${wanted} with ${matcher.toString()}, and there ${made(length)}`,
          matcher,
          since,
        );
      },
      notToHaveBeenMade: (options = {}) => {
        checkOptions('notMade', options);
        const { since = 0 } = options;
        const [first, ...more] = this.entries(match, { since });
        if (!first) return;
        const others = more.length === 0 ? '' : `, and ${more.length} more`;
        throw new Error(`expected no request with ${matcher.toString()}, and there was ${described(first)}${others}`);
      },
    };
  }

  async tape(match: RequestMatch = {}, options: SearchOptions = {}): Promise<string> {
    const { tapeOf } = await import('./tape.ts');
    return tapeOf(this.entries(match, options));
  }

  async replay(tape: string, options: ReplayOptions = {}): Promise<ReplayResult> {
    checkOptions('replay', options);
    const [{ readTape }, { replay }] = await Promise.all([import('./tape.ts'), import('./replay.ts')]);
    return replay(readTape(tape), this.#pipeline(), options);
  }

  clear(): void {
    this.#journal.clear();
  }

  #unexpected(message: string, matcher: RequestMatcher, since: number): Error {
    const nearest = matcher.nearest(this.#journal.after(since), NEAREST_SHOWN);
    return new Error([message, ...nearest.map((line) => `  ${line}`)].join('\n'));
  }

  #tooFew(matcher: RequestMatcher, found: number, options: Required<WaitOptions>): RequestWaitError {
    const { since, count, timeoutSeconds, controllers } = options;
    const nearest = this.#nearest(matcher, since, controllers);
    const kept = this.level === 'none' ? ' (the journal keeps none: its level is none)' : '';
    const message = `${found} of ${counted(count)} with ${matcher.toString()} came in ${timeoutSeconds} s${kept}`;
    return new RequestWaitError(message, nearest);
  }

  /** Those that came in time; if none did, whoever asked too late has to see what had come before. */
  #nearest(matcher: RequestMatcher, since: number, controllers: boolean): string[] {
    const entries = this.#journal.after(0, { own: controllers });
    const late = matcher.nearest(
      entries.filter(({ sequence }) => sequence > since),
      NEAREST_SHOWN,
    );
    if (late.length > 0) return late;
    const early = entries.filter(({ sequence }) => sequence <= since);
    const fitting = early.filter((entry) => matcher.fits(entry)).reverse();
    return [
      ...fitting.slice(0, NEAREST_SHOWN).map((entry) => `${described(entry)}: it came before, give since to count it`),
      ...matcher.nearest(early, NEAREST_SHOWN),
    ].slice(0, NEAREST_SHOWN);
  }
}

const counted = (count: number): string => (count === 1 ? '1 request' : `${count} requests`);
const made = (count: number): string => (count === 1 ? 'was 1' : count === 0 ? 'was none' : `were ${count}`);
