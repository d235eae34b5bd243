/** What clients have asked a cluster for: the newest requests, for tests that want to know. */
import type { Cancel, Clock } from '../../base/clock.ts';
import { LIMITS } from '../../kube/limits.ts';
import type { RequestJournal } from '../../pipeline/journal/request-journal.ts';
import type { ApiRequest } from '../../pipeline/request.ts';
import { type Book, JournalEntry } from './journal-entry.ts';
import { RequestRing } from './request-ring.ts';

/** How much is kept of a request: nothing, what a line of an access log has, or the bodies of writes as well. */
export const JOURNAL_LEVELS = ['none', 'metadata', 'request'] as const;
export type JournalLevel = (typeof JOURNAL_LEVELS)[number];

export interface JournalParts {
  readonly clock: Clock;
  /** Time that goes on where that of the cluster stands still. */
  readonly realClock: Clock;
  readonly level: JournalLevel;
  /** The newest revision. */
  readonly revision: () => number;
  /** For how long requests of the server's own parts are kept; as long as revisions are, unless given. */
  readonly ownMs?: number | undefined;
}

/** Forgetting goes through all of them. */
const FORGET_EVERY_MS = 15_000;

/** User agents of clients that are at work at the same time, and types of their bodies. */
const SHARED_MAX = 16;

/**
 * The same number in the form that takes no room beside its owner. V8 keeps what comes of subtracting two times in an
 * object of its own, and each request has four such.
 */
const small = (ms: number): number => ((ms | 0) === ms ? ms | 0 : ms);

/** Told of each request whose answer has begun. */
export type AnswerListener = (entry: JournalEntry) => void;

/**
 * One for each cluster. Requests of the server's own parts are kept apart, so that they push out nobody's.
 *
 * @example
 * const mark = journal.mark;
 * const entries = journal.after(mark);
 */
export class ClusterJournal implements RequestJournal, Book {
  level: JournalLevel;
  /** Called with what is about to be forgotten, which may be another request afterwards. */
  onForget: (entry: JournalEntry) => void = () => undefined;
  readonly beganAtMs: number;
  readonly realBeganAtMs: number;
  readonly #clock: Clock;
  readonly #realClock: Clock;
  readonly #revision: () => number;
  readonly #ownMs: number;
  readonly #clients = new RequestRing(LIMITS.journaledRequests);
  readonly #own = new RequestRing(LIMITS.journaledRequests);
  readonly #listeners = new Set<AnswerListener>();
  readonly #texts: string[] = [];
  #forgetting: Cancel | undefined;
  /** One that was forgotten, for the next request. */
  #spare: JournalEntry | undefined;
  /** With their bodies, oldest first. */
  #bodies: JournalEntry[] = [];
  #bodyBytes = 0;
  #sequence = 0;

  constructor({ clock, realClock, level, revision, ownMs = LIMITS.retainedEventsMs }: JournalParts) {
    this.#ownMs = ownMs;
    this.#clock = clock;
    this.#realClock = realClock;
    this.#revision = revision;
    this.level = level;
    this.beganAtMs = clock.now();
    this.realBeganAtMs = realClock.now();
  }

  /** The number of the newest request: what comes later has a higher one, even after everything was forgotten. */
  get mark(): number {
    return this.#sequence;
  }

  begin(request: ApiRequest): JournalEntry | undefined {
    if (this.level === 'none') return undefined;
    const receivedMs = this.elapsedMs();
    const realMs = this.#clock === this.#realClock ? receivedMs : small(this.#realClock.now() - this.realBeganAtMs);
    const entry = this.#spare ?? new JournalEntry(this);
    this.#spare = undefined;
    entry.begin(request, ++this.#sequence, receivedMs, realMs, this.#revision());
    const isOwn = request.isOwn ?? false;
    if (isOwn) this.#forgetting ??= this.#forgetOwnIn(this.#ownMs);
    const forgotten = (isOwn ? this.#own : this.#clients).push(entry);
    if (!forgotten) return entry;
    if (!isOwn) this.onForget(forgotten);
    if (forgotten.isSpare) this.#spare = forgotten;
    return entry;
  }

  get keepsBodies(): boolean {
    return this.level === 'request';
  }

  elapsedMs(): number {
    return small(this.#clock.now() - this.beganAtMs);
  }

  shared(text: string): string {
    for (const known of this.#texts) if (known === text) return known;
    if (this.#texts.push(text) > SHARED_MAX) this.#texts.shift();
    return text;
  }

  tell(entry: JournalEntry): void {
    if (entry.body) this.#limitBodies(entry);
    if (this.#listeners.size > 0) for (const listener of this.#listeners) listener(entry.show());
  }

  /** Requests of clients after a mark, oldest first; those of the server's own parts too if that is wanted. */
  after(mark: number, { own = false }: { readonly own?: boolean } = {}): JournalEntry[] {
    const clients = this.#clients.after(mark);
    const wanted = own ? [...clients, ...this.#own.after(mark)].sort((a, b) => a.sequence - b.sequence) : clients;
    return wanted.map((entry) => entry.show());
  }

  /** Calls back whenever an answer has begun, of whomever. */
  onAnswer(listener: AnswerListener): Cancel {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Forgets every request. Marks go on. */
  clear(): void {
    for (const entry of this.#clients.after(0)) this.onForget(entry);
    this.#clients.clear();
    this.#own.clear();
    this.#forgetting?.();
    this.#forgetting = undefined;
    this.#bodies = [];
    this.#bodyBytes = 0;
  }

  /** Those of controllers tell who wrote a revision: they are of no use for longer than revisions are kept. */
  #forgetOwnIn(delayMs: number): Cancel {
    return this.#realClock.schedule(delayMs, () => {
      const untilMs = this.#realClock.now() - this.#ownMs;
      const oldestMs = this.#own.forgetUntil(untilMs);
      this.#forgetting =
        oldestMs === undefined ? undefined : this.#forgetOwnIn(Math.max(oldestMs - untilMs, FORGET_EVERY_MS));
    });
  }

  #limitBodies(entry: JournalEntry): void {
    this.#bodies.push(entry);
    this.#bodyBytes += entry.body?.byteLength ?? 0;
    while (this.#bodyBytes > LIMITS.journaledBodiesBytes || this.#bodies.length > LIMITS.journaledRequests) {
      const { body } = this.#bodies.shift() ?? {};
      this.#bodyBytes -= body?.byteLength ?? 0;
      body?.forget();
    }
  }
}
