import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../server/base/clock.ts';
import { type Random, seededRandom } from '../../server/base/random.ts';
import { rest } from '../../server/base/turn.ts';
import { Choice } from '../churn/choice.ts';
import { Line } from './http.ts';
import { type CrashKind, DEFINITION, KINDS, NAMESPACE, ONLY_OURS, type Shown } from './kinds.ts';
import { Revisions } from './ledger.ts';
import { momentOf } from './moments.ts';
import { KilledServer, type Place } from './server.ts';
import { CrashWatch, resume } from './watches.ts';
import { Writers } from './writers.ts';

export interface CrashOptions {
  /** Steers when lives end; not how far the machine and the writers come until then. */
  readonly seed: number;
  readonly kills: number;
  /** An empty folder. */
  readonly folder: string;
  /** Called after each kill. */
  readonly after?: (kills: number, how: string, acknowledged: number) => void;
  /** Called with the data directory while no server runs: a test does harm there that has to be found. */
  readonly between?: (data: string) => Promise<void>;
}

export interface CrashResult {
  readonly kills: number;
  readonly acknowledged: number;
  /** How often each moment was hit. */
  readonly moments: ReadonlyMap<string, number>;
  /** What a server did not keep; nothing, if all is well. */
  readonly problems: readonly string[];
}

const WRITERS = 8;
const NAMES = 4;
/** More say nothing new. */
const PROBLEMS_MAX = 20;
const PATIENCE_MS = 20_000;

/** Kills a server again and again while others write, and looks after each kill whether it has kept its promises. */
export async function crash({ seed, kills, folder, after, between }: CrashOptions): Promise<CrashResult> {
  const place: Place = { folder, data: join(folder, 'data') };
  await mkdir(place.data, { mode: 0o700 });
  const run = new Run(place, seededRandom(seed));
  try {
    await run.prepare();
    while (run.kills < kills && run.problems.length < PROBLEMS_MAX) {
      const how = await run.live();
      run.moments.set(how, (run.moments.get(how) ?? 0) + 1);
      after?.(run.kills, how, run.acknowledged);
      await between?.(place.data);
    }
    await run.endInPeace();
  } finally {
    await run.stop();
  }
  return run;
}

class Run implements CrashResult {
  readonly problems: string[] = [];
  readonly moments = new Map<string, number>();
  kills = 0;
  acknowledged = 0;
  readonly #place: Place;
  readonly #choice: Choice;
  readonly #writers: Writers;
  readonly #revisions = new Revisions();
  readonly #clock = systemClock();
  /** Where watches of the life before ended. */
  #watched = new Map<CrashKind, number>();
  /** How long the last start took. */
  #startMs = 500;
  #server: KilledServer | undefined;

  constructor(place: Place, random: Random) {
    this.#place = place;
    // Writers ask as often as they come to write.
    this.#choice = new Choice(random.of('lives'));
    this.#writers = new Writers(new Choice(random.of('writes')), WRITERS, NAMES);
  }

  /** What the writers need. */
  async prepare(): Promise<void> {
    const server = this.#start();
    const line = new Line(await server.url());
    const namespaces = '/api/v1/namespaces';
    await line.ask({ method: 'POST', path: namespaces, body: { metadata: { name: NAMESPACE } } });
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await line.ask({ method: 'POST', path, body: DEFINITION });
    const needed = [`${namespaces}/${NAMESPACE}/serviceaccounts/default`, ...KINDS.map((kind) => kind.path)];
    const giveUpMs = this.#clock.now() + PATIENCE_MS;
    for (const path of needed) {
      while ((await line.ask({ method: 'GET', path }))?.code !== 200) {
        if (this.#clock.now() > giveUpMs) throw new Error(`waited in vain for ${path}`);
        await rest(10);
      }
    }
    line.close();
    await server.kill('SIGTERM');
  }

  /** Ends a server that an error has left. */
  async stop(): Promise<void> {
    await this.#server?.stop();
  }

  #start(): KilledServer {
    this.#server = new KilledServer(this.#place);
    return this.#server;
  }

  /** One life, to its end. @returns how it ended */
  async live(): Promise<string> {
    const startedMs = this.#clock.now();
    const server = this.#start();
    if (this.#choice.oneIn(4)) {
      await rest(this.#choice.random.fraction() * this.#startMs);
      await server.kill();
      this.kills++;
      return 'start';
    }
    const line = new Line(await server.url());
    this.#startMs = this.#clock.now() - startedMs;
    const lists = await this.#look(line);
    const see = (kind: CrashKind, shown: Shown): void => this.#note(this.#revisions.see(kind, shown));
    const watches = KINDS.map((kind) => new CrashWatch(kind, line, lists.get(kind) ?? 0, see));
    const moment = momentOf(this.#choice, this.#place.data);
    const writing = this.#writers.write(line, see);
    if (this.#choice.oneIn(3)) await this.#choice.of(watches)?.reconnect();
    await moment.come;
    await server.kill();
    this.kills++;
    const told = await writing;
    this.acknowledged += told.acknowledged;
    this.#note(told.problems);
    for (const watch of watches) {
      this.#note(await watch.over(told.revisions.get(watch.kind) ?? []));
      this.#watched.set(watch.kind, watch.last);
    }
    line.close();
    return moment.name;
  }

  /** A last start, without a kill after it; and one more after an orderly end. */
  async endInPeace(): Promise<void> {
    for (let i = 0; i < 2; i++) {
      const server = this.#start();
      const line = new Line(await server.url());
      await this.#look(line);
      line.close();
      await server.kill('SIGTERM');
    }
  }

  /** Compares everything that there is with what was promised. @returns the revisions of the lists */
  async #look(line: Line): Promise<ReadonlyMap<CrashKind, number>> {
    const last = this.#revisions.last;
    const lists = new Map<CrashKind, number>();
    for (const kind of KINDS) {
      const answer = await line.ask({ method: 'GET', path: `${kind.path}?${ONLY_OURS}` });
      if (answer?.code !== 200) throw new Error(`the list of ${kind.name} was answered ${answer?.code}`);
      const { items, metadata } = answer.body as { items: Shown[]; metadata: { resourceVersion: string } };
      const revision = Number(metadata.resourceVersion);
      lists.set(kind, revision);
      if (revision <= last) this.#note([`the list of ${kind.name} has revision ${revision}, and ${last} was there`]);
      const shown = new Map(items.map((item) => [item.metadata.name, item]));
      for (const item of items) this.#note(this.#revisions.see(kind, item));
      for (const entry of this.#writers.entries) {
        if (entry.kind !== kind) continue;
        this.#note(entry.settle(shown.get(entry.name)));
        shown.delete(entry.name);
      }
      this.#note([...shown.keys()].map((name) => `${kind.name} ${name} was never written`));
      const watched = this.#watched.get(kind);
      if (watched !== undefined) this.#note(await resume(kind, line, watched));
    }
    return lists;
  }

  #note(problems: readonly string[]): void {
    this.problems.push(...problems.map((problem) => `after ${this.kills} kills: ${problem}`));
  }
}
