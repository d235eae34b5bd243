import type { Clock } from '../../server/base/clock.ts';
import type { StoredObject } from '../../server/storage/stored-object.ts';
import { isAllowed500 } from './allowed-500.ts';
import type { InProcess } from './in-process.ts';
import { isHarmless, type WireAnswer, type WireRequest } from './request.ts';

/** A request may take this long; nearly all take a millisecond. */
const LIMIT_MS = 10_000;

/** What a server may never do. The message says which; `wire` is what it was asked. */
export class Violation extends Error {
  readonly wire: WireRequest;

  constructor(wire: WireRequest, message: string) {
    super(message);
    this.wire = wire;
  }
}

interface Said {
  readonly kind?: string;
  readonly code?: number;
  readonly message?: string;
}

async function inTime(cluster: InProcess, wire: WireRequest, clock: Clock): Promise<WireAnswer> {
  const startedMs = clock.now();
  let cancel = (): void => undefined;
  const late = new Promise<never>((_resolve, reject) => {
    cancel = clock.schedule(LIMIT_MS, () => reject(new Violation(wire, `no answer within ${LIMIT_MS} ms`)));
  });
  try {
    const answer = await Promise.race([cluster.send(wire), late]);
    const tookMs = clock.now() - startedMs;
    if (tookMs > LIMIT_MS) throw new Violation(wire, `the answer took ${tookMs} ms`);
    return answer;
  } catch (error) {
    throw error instanceof Violation ? error : new Violation(wire, `no answer: ${(error as Error).stack}`);
  } finally {
    cancel();
  }
}

function checkAnswer(wire: WireRequest, { status, text }: WireAnswer, faults: readonly string[]): void {
  if (faults.length > 0) throw new Violation(wire, `a fault of the server: ${faults.join('\n')}`);
  if (status < 400) return;
  if (!text.startsWith('{')) return;
  const said = JSON.parse(text) as Said;
  if (said.kind !== 'Status' || said.code !== status) throw new Violation(wire, `${status} with another body: ${text}`);
  const message = said.message ?? '';
  if (status === 500 && !isAllowed500(message)) throw new Violation(wire, `a 500: ${message}`);
}

/** What differs between two states, in words; undefined when nothing does. */
function difference(before: ReadonlyMap<string, StoredObject>, now: Iterable<StoredObject>): string | undefined {
  let count = 0;
  for (const object of now) {
    if (before.get(object.key) !== object) return `${object.key} is another than before`;
    count++;
  }
  return count === before.size ? undefined : `there were ${before.size} objects, and now there are ${count}`;
}

const stateOf = ({ storage }: InProcess): ReadonlyMap<string, StoredObject> =>
  new Map([...storage.all()].map((object) => [object.key, object]));

/**
 * Sends requests and looks at what comes of them.
 *
 * @example
 * const checker = new Checker(cluster, systemClock());
 * await checker.check(wire);
 */
export class Checker {
  readonly #cluster: InProcess;
  readonly #clock: Clock;
  #before: ReadonlyMap<string, StoredObject>;
  #digest: string;

  constructor(cluster: InProcess, clock: Clock) {
    this.#cluster = cluster;
    this.#clock = clock;
    this.#before = stateOf(cluster);
    this.#digest = this.#text();
  }

  /** @throws Violation */
  async check(wire: WireRequest): Promise<WireAnswer> {
    const { storage } = this.#cluster;
    const revision = storage.revision();
    this.#cluster.faults();
    try {
      const answer = await inTime(this.#cluster, wire, this.#clock);
      checkAnswer(wire, answer, this.#cluster.faults());
      if (answer.status >= 400 || isHarmless(wire)) {
        const changed =
          difference(this.#before, storage.all()) ??
          (storage.revision() === revision ? undefined : `the revision went from ${revision} to ${storage.revision()}`);
        const text = `answered ${answer.status}, and yet ${changed}`;
        if (changed !== undefined) throw new Violation(wire, text);
      }
      return answer;
    } finally {
      if (storage.revision() !== revision) {
        await this.#cluster.rewind();
        this.#before = stateOf(this.#cluster);
      }
    }
  }

  /** Whether objects are what they were, to the last letter but revisions: for once in a while. @throws Error */
  checkContent(): void {
    if (this.#text() !== this.#digest) throw new Error('an object was changed in place');
  }

  /** All objects, without what rewinding changes. */
  #text(): string {
    const values = [...this.#cluster.storage.all()].map(({ value }) => value);
    return JSON.stringify(values, (key, inner: unknown) => (key === 'resourceVersion' ? undefined : inner));
  }
}
