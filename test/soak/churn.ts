/** What goes on while a server's memory is watched: the same in each round. */
import type { Clock } from '../../server/base/clock.ts';
import { rest } from '../../server/base/turn.ts';
import type { Choice } from '../churn/choice.ts';
import type { Line } from '../crash/http.ts';
import { type CrashKind, DEFINITION, KINDS, NAMESPACE, ONLY_OURS, textOf } from '../crash/kinds.ts';

const WRITERS = 8;
const NAMES = 20;
const WATCHERS = 24;
/** How long a watch lasts at most before its client comes back. */
const WATCH_MS = 2000;
const PATIENCE_MS = 30_000;
const MERGE_PATCH = 'application/merge-patch+json';
const POD = { containers: [{ name: 'c', image: 'nginx' }] };

export class Churn {
  readonly #line: Line;
  readonly #choice: Choice;
  readonly #clock: Clock;
  #writes = 0;
  #watches = 0;
  #events = 0;
  #expired = 0;

  constructor(line: Line, choice: Choice, clock: Clock) {
    this.#line = line;
    this.#choice = choice;
    this.#clock = clock;
  }

  text(): string {
    return `${this.#writes} writes, ${this.#watches} watches (${this.#expired} expired), ${this.#events} events`;
  }

  async prepare(): Promise<void> {
    const namespaces = '/api/v1/namespaces';
    await this.#line.ask({ method: 'POST', path: namespaces, body: { metadata: { name: NAMESPACE } } });
    const path = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
    await this.#line.ask({ method: 'POST', path, body: DEFINITION });
    for (const needed of [`${namespaces}/${NAMESPACE}/serviceaccounts/default`, ...KINDS.map((kind) => kind.path)])
      await this.#until(needed, async () => (await this.#line.ask({ method: 'GET', path: needed }))?.code === 200);
  }

  /** Writers and watchers for a time. */
  async round(durationMs: number): Promise<void> {
    const endMs = this.#clock.now() + durationMs;
    const goesOn = (): boolean => this.#clock.now() < endMs;
    const writers = Array.from({ length: WRITERS }, (_, w) => this.#write(w, goesOn));
    const watchers = Array.from({ length: WATCHERS }, () => this.#watch(goesOn));
    await Promise.all([...writers, ...watchers]);
  }

  /** Removes what a round has left, Events too: they would be there for an hour. */
  async clear(): Promise<void> {
    for (const path of [...KINDS.map((kind) => kind.path), `/api/v1/namespaces/${NAMESPACE}/events`]) {
      await this.#until(`${path} is empty`, async () => {
        await this.#line.ask({ method: 'DELETE', path: `${path}?gracePeriodSeconds=0` });
        const answer = await this.#line.ask({ method: 'GET', path: `${path}?limit=2` });
        const { items = [] } = (answer?.body ?? {}) as { items?: { metadata: { name: string } }[] };
        return items.every(({ metadata }) => metadata.name === 'kube-root-ca.crt');
      });
    }
  }

  async #write(w: number, goesOn: () => boolean): Promise<void> {
    while (goesOn()) {
      const kind = this.#choice.of(KINDS) as CrashKind;
      const name = `w${w}-${this.#choice.whole(1, NAMES)}`;
      const n = ++this.#writes;
      const payload = { made: String(n), n: String(n), text: textOf(name, (n % 11) + 1) };
      const path = `${kind.path}/${name}`;
      const changed = await this.#line.ask({ method: 'PATCH', path, type: MERGE_PATCH, body: kind.patch(payload) });
      if (changed?.code !== 404) {
        if (this.#choice.oneIn(3)) await this.#line.ask({ method: 'DELETE', path: `${path}?gracePeriodSeconds=0` });
        continue;
      }
      const object = kind.object(name, payload);
      // Some pods run: nodes, addresses, containers and logs are part of what has to go again.
      const body = kind.name === 'Pod' && this.#choice.oneIn(2) ? { ...object, spec: POD } : object;
      await this.#line.ask({ method: 'POST', path: kind.path, body });
    }
  }

  /** An informer that loses its connection again and again. */
  async #watch(goesOn: () => boolean): Promise<void> {
    const kind = this.#choice.of(KINDS) as CrashKind;
    let last: string | undefined;
    while (goesOn()) {
      last ??= await this.#listed(kind);
      const path = `${kind.path}?watch=true&allowWatchBookmarks=true&${ONLY_OURS}&resourceVersion=${last}`;
      const opened = this.#line.watch(path, (read) => {
        const { type, object } = read as { type?: string; object?: { metadata?: { resourceVersion?: string } } };
        this.#events++;
        last = type === 'ERROR' ? undefined : object?.metadata?.resourceVersion;
        if (last === undefined) this.#expired++;
      });
      this.#watches++;
      await rest(this.#choice.random.fraction() * WATCH_MS);
      opened.end();
      await opened.over;
    }
  }

  async #listed(kind: CrashKind): Promise<string> {
    const answer = await this.#line.ask({ method: 'GET', path: `${kind.path}?${ONLY_OURS}` });
    if (answer?.code !== 200) throw new Error(`the list of ${kind.name} was answered ${answer?.code}`);
    return (answer.body as { metadata: { resourceVersion: string } }).metadata.resourceVersion;
  }

  async #until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const giveUpMs = this.#clock.now() + PATIENCE_MS;
    while (!(await isSo())) {
      if (this.#clock.now() > giveUpMs) throw new Error(`waited in vain until ${what}`);
      await rest(20);
    }
  }
}
