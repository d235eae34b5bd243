/** A real disk that single writes fill to the last page, time and again. */
import { existsSync } from 'node:fs';
import { readdir, readFile, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { rest } from '../../server/base/turn.ts';
import type { Choice } from '../churn/choice.ts';
import { Line } from './http.ts';
import { Maps } from './maps.ts';
import { touched } from './moments.ts';
import { KilledServer, type Place } from './server.ts';

/** A line of the journal without its text, about. */
const LINE_BYTES = 700;
/** All maps together are to fit twice, besides what the journal has of them. */
const TEXT_MAX_BYTES = 100_000;
/** So few that most fillings meet a compaction. */
const COMPACT_AFTER = 20;
/** Writes of one filling: some leave room for ever, such as deletions. */
const WRITES_MAX = 60;
const REFUSALS_MAX = 6;
/** From sending a request to the end of its process. */
const BUSY_MS = 6;
const START_MS = 20_000;
/** Refused writes, compactions, an end; and what controllers say of writes that they lost, one line a minute each. */
const LINES_MAX = 12;

export interface Filled {
  readonly rounds: number;
  readonly refused: number;
  readonly kept: number;
  /** How often what happened. */
  readonly moments: ReadonlyMap<string, number>;
  readonly problems: readonly string[];
}

interface Life {
  readonly server: KilledServer;
  readonly line: Line;
}

export class FullDisk implements Filled {
  readonly moments = new Map<string, number>();
  rounds = 0;
  readonly #disk: string;
  readonly #place: Place;
  readonly #choice: Choice;
  readonly #maps: Maps;
  #life: Life | undefined;

  /** @param disk is mounted there, has a folder `data`, and whatever else is in it may be removed */
  constructor(folder: string, disk: string, choice: Choice) {
    this.#disk = disk;
    this.#place = { folder, data: join(disk, 'data'), compactAfter: COMPACT_AFTER };
    this.#choice = choice;
    this.#maps = new Maps(choice);
  }

  get refused(): number {
    return this.#maps.refused;
  }

  get kept(): number {
    return this.#maps.kept;
  }

  get problems(): readonly string[] {
    return this.#maps.problems;
  }

  /** The first life of a cluster, after some that did not find the room for it. */
  async begin(): Promise<void> {
    for (const pages of [0, this.#choice.whole(1, 4), this.#choice.whole(5, 60)]) {
      await this.#leave(pages);
      await this.#start();
      await this.#endLife();
    }
    await this.#makeRoom();
    await this.#start();
    this.#mustServe();
  }

  async end(): Promise<void> {
    await this.#life?.server.stop();
  }

  /** Whether there is a next round: a directory that does not open has none. */
  get isAlive(): boolean {
    return this.#life !== undefined;
  }

  /** Fills the disk, ends lives on it or not, and makes room again. */
  async round(): Promise<void> {
    this.rounds++;
    await this.#takeRoom();
    await this.#fill();
    for (let lives = this.#choice.whole(0, 2); lives > 0; lives--) {
      await this.#endLife();
      await this.#start();
      await this.#fill();
    }
    const isEnded = this.#life === undefined || this.#choice.oneIn(2);
    if (isEnded) await this.#endLife();
    await this.#makeRoom();
    if (isEnded) await this.#start();
    const life = this.#mustServe();
    if (!life) return;
    await this.#maps.look(life.line, this.#when('with room again'));
    if ((await this.#maps.write(life.line, 100)) !== 'kept') this.#problem('with room again, a write is refused');
    this.#count(isEnded ? 'room before a start' : 'room within a life');
  }

  #mustServe(): Life | undefined {
    if (!this.#life) this.#problem('with room again, the server does not start');
    return this.#life;
  }

  /** Single writes, until several were refused. Afterwards everything is as it was said to be. */
  async #fill(): Promise<void> {
    const life = this.#life;
    if (!life) return;
    const refusals = this.#choice.whole(1, REFUSALS_MAX);
    const isTooMuch = this.#choice.oneIn(2);
    for (let refused = 0, writes = 0; refused < refusals && writes < WRITES_MAX; writes++) {
      if ((await this.#maps.write(life.line, await this.#bytes(isTooMuch))) === 'refused') refused++;
    }
    await this.#maps.look(life.line, this.#when('on a full disk'));
    await this.#checkRoom();
    for (const state of await this.#states()) this.#count(state);
  }

  /**
   * The size of the next write: from nothing to more than there is room for.
   *
   * @param isTooMuch only more: each refusal may leave something behind that takes room
   */
  async #bytes(isTooMuch = false): Promise<number> {
    const { bavail, bsize } = await statfs(this.#disk);
    const left = bavail * bsize;
    const whole = (from: number, to: number): number => this.#choice.whole(from, to);
    const tooMuch = (): number => left + whole(0, 20_000);
    if (isTooMuch) return Math.min(tooMuch(), TEXT_MAX_BYTES);
    const bytes = this.#choice.weighted([
      [4, () => whole(0, 60)],
      [2, () => whole(1, 4) * bsize - LINE_BYTES + whole(-200, 200)], // the end of a page
      [3, () => left - LINE_BYTES + whole(-bsize, bsize)],
      [2, tooMuch],
      [2, () => whole(0, left)],
    ]);
    return Math.min(Math.max(bytes?.() ?? 0, 0), TEXT_MAX_BYTES);
  }

  /** Leaves a few pages, some more, or about what a snapshot takes; or no name for another file. */
  async #takeRoom(): Promise<void> {
    const { bsize, ffree } = await statfs(this.#disk);
    const { size } = await stat(join(this.#place.data, 'cluster.json')).catch(() => ({ size: 0 }));
    const pages = this.#choice.weighted([
      [3, () => this.#choice.whole(0, 8)],
      [2, () => this.#choice.whole(9, 40)],
      [2, () => Math.ceil(size / bsize) + this.#choice.whole(-6, 20)],
    ]);
    await this.#leave(pages?.() ?? 0);
    if (!this.#choice.oneIn(5)) return;
    const names = Math.max(0, ffree - 1 - this.#choice.whole(0, 2));
    for (let i = 0; i < names; i++) await writeFile(join(this.#disk, `name-${i}`), '').catch(() => undefined);
    this.#count('few names left');
  }

  async #leave(pages: number): Promise<void> {
    await this.#makeRoom();
    const { bavail, bsize } = await statfs(this.#disk);
    const bytes = Math.max(0, bavail - pages) * bsize;
    await writeFile(join(this.#disk, 'ballast'), Buffer.alloc(bytes)).catch(() => undefined); // the server writes, too
  }

  async #makeRoom(): Promise<void> {
    for (const name of await readdir(this.#disk)) {
      if (name !== 'data') await rm(join(this.#disk, name));
    }
  }

  /** Ends the server with a request under way or without, as a crash does or in peace. */
  async #endLife(): Promise<void> {
    const life = this.#life;
    if (!life) return;
    const signal = this.#choice.oneIn(3) ? 'SIGTERM' : 'SIGKILL';
    const isBusy = this.#choice.oneIn(2);
    const bytes = await this.#bytes();
    const moment = isBusy ? this.#moment() : undefined;
    const writing = isBusy ? this.#maps.write(life.line, bytes) : undefined;
    await moment;
    await life.server.kill(signal);
    await writing;
    life.line.close();
    this.#checkLog(life.server.output);
    this.#life = undefined;
    this.#count(`${signal}${isBusy ? ' while it writes' : ''}`);
    for (const state of await this.#states()) this.#count(state);
  }

  /** Some time after a request was sent, or when the disk has seen something of it. */
  #moment(): Promise<void> {
    if (this.#choice.oneIn(2)) return touched(this.#place.data, 5 * BUSY_MS);
    return rest(this.#choice.random.fraction() * BUSY_MS);
  }

  /** A disk that has no room for a server may say so. */
  async #start(): Promise<void> {
    const server = new KilledServer(this.#place);
    const told = await Promise.race([
      server.url().then(
        (url) => ({ url, why: '' }),
        (error: Error) => ({ url: undefined, why: error.message }),
      ),
      rest(START_MS).then(() => ({ url: undefined, why: 'it neither served nor ended' })),
    ]);
    if (told.url !== undefined) {
      this.#life = { server, line: new Line(told.url) };
      await this.#maps.look(this.#life.line, this.#when('after a start'));
      return;
    }
    await server.stop();
    if (told.why.includes('cannot keep the cluster: the disk is full')) this.#count('no room for a start');
    else this.#problem(`it did not start: ${told.why}`);
  }

  /** A full disk is told of in words, and not again and again: a life here is shorter than a minute. */
  #checkLog(output: string): void {
    const told = output.split('\n').filter((line) => line.startsWith('{'));
    if (output.includes('"stack":')) this.#problem(`the log has a stack: ${output}`);
    if (told.length > LINES_MAX) this.#problem(`the log has ${told.length} lines: ${output.slice(0, 2000)}`);
  }

  /** A snapshot that did not find room would keep writes from what there is. */
  async #checkRoom(): Promise<void> {
    const snapshot = join(this.#place.data, 'cluster.json.tmp');
    for (let tries = 0; existsSync(snapshot); tries++) {
      if (tries > 100) return this.#problem('a snapshot that was not finished takes room');
      await rest(10);
    }
  }

  /** What a filling has come to. */
  async #states(): Promise<Set<string>> {
    const states = new Set<string>();
    for (const name of await readdir(this.#place.data).catch(() => [])) {
      if (name === 'cluster.json.tmp') states.add('a snapshot that was begun');
      if (!name.startsWith('journal-')) continue;
      const bytes = await readFile(join(this.#place.data, name)).catch(() => Buffer.alloc(0));
      if (bytes.length === 0) states.add('a journal without a header');
      else if (bytes.indexOf('\n') === bytes.length - 1) states.add('a journal with a header only');
      else if (bytes.at(-1) !== 0x0a) states.add('a line that is cut off');
    }
    return states;
  }

  #when(what: string): string {
    return `${what} (round ${this.rounds})`;
  }

  #problem(text: string): void {
    this.#maps.problems.push(this.#when(text));
  }

  #count(moment: string): void {
    this.moments.set(moment, (this.moments.get(moment) ?? 0) + 1);
  }
}
