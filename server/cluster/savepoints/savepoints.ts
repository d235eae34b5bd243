import type { Clock } from '../../base/clock.ts';
import { ApiError, badRequest } from '../../kube/api-error.ts';
import { LIMITS } from '../../kube/limits.ts';
import { booleanIn, callOptions, textIn } from '../../kube/script-fields.ts';
import type { Captured } from '../../storage/storage.ts';
import { type ClockControls, ForeignClock } from '../cluster-clock.ts';
import { type Differences, differencesOf } from './differences.ts';
import type { Exporting } from './export.ts';
import {
  type Beside,
  checkName,
  factsOf,
  NOW,
  noSuchSavepoint,
  type Savepoint,
  type SavepointFacts,
} from './savepoint.ts';

/** What a cluster is able to do about its state. */
export interface StatefulCluster {
  settle(): Promise<void>;
  capture(): { readonly state: Captured; readonly beside: Beside };
  /**
   * Everything as it was, at once: whoever watches has to read anew.
   * @param timeMs what the clock says from then on, if it is another time; controllers begin anew at it
   */
  replace(state: Captured, beside: Beside, timeMs?: number): Promise<void>;
  /** What a snapshot says. @throws ApiError 400 when it cannot be used */
  read(bytes: Buffer): Captured;
  /** The same with objects alone, which may lack what every cluster has. */
  load(state: Captured): Promise<void>;
  /** By ordinary writes, which watchers see. */
  follow(state: Captured, beside: Beside): Promise<void>;
  /** What is needed to tell which objects a client would have to make. */
  exporting(): Exporting;
}

export interface SaveOptions {
  /** `savepoint-1` and so on unless given. */
  readonly name?: string;
  /** Whether to wait first until the cluster is at rest; it does unless this is false. */
  readonly settle?: boolean;
  /** Takes the place of a savepoint of that name. */
  readonly replace?: boolean;
}

export interface RestoreOptions {
  /**
   * What watchers see: `expire` ends their watches, and they read anew; `events` sends them the differences. `expire`
   * unless given.
   */
  readonly watches?: 'expire' | 'events';
  /** Whether the clock goes back to what it said then; it has to stand still, and watches to expire. */
  readonly clock?: boolean;
}

interface Clocks {
  readonly clock: Clock;
  /** What moves it. */
  readonly controls: Pick<ClockControls, 'state'>;
  readonly realClock: Clock;
}

/** The savepoints of one cluster: states of it in memory, by name. */
export class Savepoints {
  readonly #cluster: StatefulCluster;
  readonly #clock: Clock;
  readonly #controls: Clocks['controls'];
  readonly #realClock: Clock;
  readonly #savepoints = new Map<string, Savepoint>();
  #count = 0;
  /** Two states cannot be brought back at once. */
  #restoring: Promise<unknown> = Promise.resolve();

  constructor(cluster: StatefulCluster, { clock, controls, realClock }: Clocks) {
    this.#cluster = cluster;
    this.#controls = controls;
    this.#clock = clock;
    this.#realClock = realClock;
  }

  /** Keeps the present state. @throws ApiError when there is one of that name, or too many */
  async save(options: SaveOptions = {}): Promise<SavepointFacts> {
    const { name, settle = true, replace = false } = saveOptionsOf(options);
    if (name !== undefined) this.#checkNew(name, replace);
    if (settle) await this.#cluster.settle();
    // Somebody else may have been faster meanwhile.
    const free = name ?? this.#freeName();
    this.#checkNew(free, replace);
    const savepoint = {
      name: free,
      savedMs: this.#realClock.now(),
      clockMs: this.#clock.now(),
      ...this.#cluster.capture(),
    };
    this.#savepoints.set(free, savepoint);
    return factsOf(savepoint);
  }

  /** Every savepoint, oldest first. */
  list(): readonly SavepointFacts[] {
    return [...this.#savepoints.values()].map(factsOf);
  }

  find(name: string): Savepoint | undefined {
    return this.#savepoints.get(name);
  }

  /** @throws ApiError 404 */
  get(name: string): Savepoint {
    const savepoint = this.find(name);
    if (!savepoint) throw noSuchSavepoint(name, [...this.#savepoints.keys()]);
    return savepoint;
  }

  facts(name: string): SavepointFacts {
    return factsOf(this.get(name));
  }

  /** @throws ApiError 404 */
  delete(name: string): SavepointFacts {
    const facts = this.facts(name);
    this.#savepoints.delete(name);
    return facts;
  }

  /**
   * Makes the cluster as it was; savepoints stay, those that were made later too.
   *
   * @throws ApiError 404, and 409 when the clock cannot go back
   */
  async restore(name: string, options: RestoreOptions = {}): Promise<SavepointFacts> {
    const { watches = 'expire', clock = false } = restoreOptionsOf(options);
    const savepoint = this.get(name);
    if (watches !== 'expire' && watches !== 'events')
      throw badRequest(`"watches" has to be "expire" or "events", and is ${JSON.stringify(watches)}`);
    if (clock) this.#checkClock(watches);
    await this.#alone(() =>
      watches === 'events'
        ? this.#cluster.follow(savepoint.state, savepoint.beside)
        : this.#cluster.replace(savepoint.state, savepoint.beside, clock ? savepoint.clockMs : undefined),
    );
    return factsOf(savepoint);
  }

  /** Makes the cluster as a snapshot says, as {@link restore} does. @throws ApiError 400 when it cannot be used */
  async load(bytes: Buffer): Promise<void> {
    const state = this.#cluster.read(bytes);
    await this.#alone(() => this.#cluster.load(state));
  }

  /** What the way from one state to another changes. @param to a name, or `now` @throws ApiError 404 */
  diff(from: string, to: string = NOW, options: { readonly all?: boolean } = {}): Differences {
    return differencesOf(this.#stateOf(from), this.#stateOf(to), allOf(options, 'diff()'));
  }

  /** Manifests that make its objects in another cluster. @throws ApiError 404 */
  async export(name: string, options: { readonly all?: boolean } = {}): Promise<string> {
    const { all = false } = allOf(options, 'export()');
    const state = this.#stateOf(name);
    const { manifestsOf } = await import('./export.ts');
    return manifestsOf(state, this.#cluster.exporting(), all);
  }

  /** The present state, for a file; when the cluster is at rest, unless `settle` is false. */
  async present({ settle = true }: { readonly settle?: boolean } = {}): Promise<Captured> {
    if (settle) await this.#cluster.settle();
    return this.#cluster.capture().state;
  }

  /** @throws ApiError when it cannot be set to the time of a savepoint */
  #checkClock(watches: 'expire' | 'events'): void {
    // Who goes on working has timers of a time that will not come again.
    if (watches === 'events') throw badRequest('"clock" cannot be had with watches that go on ("events")');
    const { frozen } = clockState(this.#controls);
    if (!frozen)
      throw new ApiError(
        409,
        'Conflict',
        'time goes on by itself: stop it first (POST /-/clock with {"freeze": true}), or restore without "clock"',
        { causes: [{ reason: 'ClockGoesOn', message: 'the clock has to stand still' }] },
      );
  }

  #stateOf(name: string): Captured {
    return name === NOW ? this.#cluster.capture().state : this.get(name).state;
  }

  async #alone(change: () => Promise<void>): Promise<void> {
    const changed = this.#restoring.then(change);
    this.#restoring = changed.catch(() => undefined);
    await changed;
  }

  #checkNew(name: string, replace: boolean): void {
    checkName(name);
    const isKnown = this.#savepoints.has(name);
    if (isKnown && !replace)
      throw new ApiError(409, 'AlreadyExists', `there is a savepoint ${JSON.stringify(name)} already`, {
        name,
        kind: 'savepoints',
      });
    if (!isKnown && this.#savepoints.size >= LIMITS.savepoints)
      throw badRequest(`there are ${LIMITS.savepoints} savepoints, which is the most: delete one first`);
  }

  #freeName(): string {
    let name = '';
    do name = `savepoint-${++this.#count}`;
    while (this.#savepoints.has(name));
    return name;
  }
}

function saveOptionsOf(options: unknown): SaveOptions {
  const fields = callOptions(options, 'save()', ['name', 'settle', 'replace']);
  return {
    ...textIn(fields, 'name', 'save()'),
    ...booleanIn(fields, 'settle', 'save()'),
    ...booleanIn(fields, 'replace', 'save()'),
  };
}

function restoreOptionsOf(options: RestoreOptions): RestoreOptions {
  const fields = callOptions(options, 'restore()', ['watches', 'clock']);
  return { ...options, ...booleanIn(fields, 'clock', 'restore()') };
}

const allOf = (options: unknown, call: string): { readonly all?: boolean } =>
  booleanIn(callOptions(options, call, ['all']), 'all', call);

/** @throws ApiError 409 when it is not ours */
function clockState(controls: Clocks['controls']): ReturnType<ClockControls['state']> {
  try {
    return controls.state();
  } catch (error) {
    if (error instanceof ForeignClock) throw new ApiError(409, 'Conflict', error.message);
    throw error;
  }
}
