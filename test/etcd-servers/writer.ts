/** Creates, changes and deletes objects at any server, and remembers what was acknowledged. */
import type { Random } from '../../server/base/random.ts';
import { rest } from '../../server/base/turn.ts';
import type { Answer } from '../crash/http.ts';
import type { Fleet } from './fleet.ts';

export const MAPS = '/api/v1/namespaces/default/configmaps';
const PAUSE_MS = 5;

interface Kept {
  readonly metadata: { readonly name: string; readonly resourceVersion: string };
  readonly data?: { readonly n?: string };
}

/** What is known of an object: what it holds, that it is gone, or that nobody knows. */
export type State = { readonly n: number } | 'gone' | 'unknown';

export class Writer {
  readonly states = new Map<string, State>();
  /** Revisions of writes that were acknowledged. */
  readonly revisions: number[] = [];
  readonly problems: string[] = [];
  /** Writes that were not acknowledged. */
  unanswered = 0;
  readonly #fleet: Fleet;
  readonly #random: Random;
  readonly #prefix: string;
  #count = 0;
  #isOver = false;

  constructor(fleet: Fleet, random: Random, prefix: string) {
    this.#fleet = fleet;
    this.#random = random;
    this.#prefix = prefix;
  }

  end(): void {
    this.#isOver = true;
  }

  /** Until it is ended. */
  async run(): Promise<void> {
    while (!this.#isOver) {
      await this.#write();
      await rest(PAUSE_MS);
    }
  }

  async #write(): Promise<void> {
    const alive = [...this.states].filter(([, state]) => typeof state === 'object');
    const pick = this.#random.fraction();
    const [name, state] = alive[Math.floor(this.#random.fraction() * alive.length)] ?? [];
    if (name === undefined || typeof state !== 'object' || pick < 0.4) return this.#create();
    if (pick < 0.8) return this.#change(name, state.n + 1);
    return this.#delete(name);
  }

  async #create(): Promise<void> {
    const name = `${this.#prefix}-${this.#count++}`;
    await this.#send('POST', name, 1);
  }

  #change(name: string, n: number): Promise<void> {
    return this.#send('PUT', name, n);
  }

  async #send(method: 'POST' | 'PUT', name: string, n: number): Promise<void> {
    const body = { metadata: { name }, data: { n: String(n) } };
    const answer = await this.#ask(method, method === 'POST' ? MAPS : `${MAPS}/${name}`, body);
    if (!this.#isAcknowledged(answer, method, name)) return;
    this.states.set(name, { n });
    this.revisions.push(Number((answer.body as Kept).metadata.resourceVersion));
  }

  async #delete(name: string): Promise<void> {
    const answer = await this.#ask('DELETE', `${MAPS}/${name}`);
    if (this.#isAcknowledged(answer, 'DELETE', name)) this.states.set(name, 'gone');
  }

  async #ask(method: string, path: string, body?: object): Promise<Answer | undefined> {
    const at = this.#fleet.next(Math.floor(this.#random.fraction() * 3));
    return at?.line.ask({ method, path, ...(body && { body }) });
  }

  /** What nobody else writes can neither be gone nor there already. */
  #isAcknowledged(answer: Answer | undefined, method: string, name: string): answer is Answer {
    if (answer && answer.code < 300) return true;
    this.unanswered++;
    this.states.set(name, 'unknown');
    if (answer && answer.code < 500)
      this.problems.push(`${method} ${name} was answered ${answer.code}: ${JSON.stringify(answer.body)}`);
    return false;
  }
}

/** What a server has otherwise than it was acknowledged. */
export function lostIn(items: readonly object[], writers: readonly Writer[], where: string): string[] {
  const found = new Map((items as Kept[]).map(({ metadata, data }) => [metadata.name, Number(data?.n)]));
  return writers
    .flatMap(({ states }) => [...states])
    .flatMap(([name, state]) => {
      if (state === 'unknown') return [];
      const wanted = state === 'gone' ? undefined : state.n;
      return found.get(name) === wanted ? [] : [`${where}: ${name} is ${found.get(name)} and has to be ${wanted}`];
    });
}
