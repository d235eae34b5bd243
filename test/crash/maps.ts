/** ConfigMaps of any size that are written one at a time: what is there is known to the byte. */
import type { Choice } from '../churn/choice.ts';
import type { Answer, Line, Question } from './http.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const LABELS = { crash: 'yes' };
const NAMES = 12;
const MERGE_PATCH = 'application/merge-patch+json';

interface Shown {
  readonly metadata: { readonly name: string; readonly uid: string; readonly resourceVersion: string };
  readonly data?: { readonly text?: string };
}

interface Version {
  readonly uid: string;
  readonly revision: string;
  readonly text: string;
}

/** A write without an answer: it is there whole or not at all. */
interface Open {
  readonly name: string;
  /** Undefined for a deletion. */
  readonly text: string | undefined;
}

export type Outcome = 'kept' | 'refused' | 'unknown';

const versionOf = ({ metadata: { uid, resourceVersion }, data }: Shown): Version => ({
  uid,
  revision: resourceVersion,
  text: data?.text ?? '',
});

const isSame = (one: Version | undefined, other: Version | undefined): boolean =>
  one?.uid === other?.uid && one?.revision === other?.revision && one?.text === other?.text;

/** What the server has said about each map. */
export class Maps {
  readonly problems: string[] = [];
  readonly #choice: Choice;
  readonly #known = new Map<string, Version>();
  #open: Open | undefined;
  #n = 0;
  kept = 0;
  refused = 0;

  constructor(choice: Choice) {
    this.#choice = choice;
  }

  /** Creates, changes or deletes one. */
  async write(line: Line, bytes: number): Promise<Outcome> {
    const name = `map-${this.#choice.whole(1, NAMES)}`;
    const known = this.#known.get(name);
    if (known && this.#choice.oneIn(8)) {
      return await this.#ask(line, { method: 'DELETE', path: `${MAPS}/${name}` }, { name, text: undefined });
    }
    const mark = `${++this.#n} `;
    const data = { text: mark.repeat(Math.ceil(bytes / mark.length)).slice(0, bytes) };
    const question: Question = known
      ? { method: 'PATCH', path: `${MAPS}/${name}`, type: MERGE_PATCH, body: { data } }
      : { method: 'POST', path: MAPS, body: { metadata: { name, labels: LABELS }, data } };
    return await this.#ask(line, question, { name, text: data.text });
  }

  /** Compares everything that is there with what was said. */
  async look(line: Line, when: string): Promise<void> {
    const answer = await line.ask({ method: 'GET', path: `${MAPS}?labelSelector=crash%3Dyes` });
    if (answer?.code !== 200) {
      this.problems.push(`${when}: the list was answered ${answer?.code}`);
      return;
    }
    const items = (answer.body as { items: Shown[] }).items.map(
      (item) => [item.metadata.name, versionOf(item)] as const,
    );
    const there = new Map(items);
    this.#settle(there);
    for (const [name, known] of this.#known) {
      const shown = there.get(name);
      if (!shown) this.problems.push(`${when}: ${name} is lost: revision ${known.revision} was acknowledged`);
      else if (!isSame(known, shown)) this.problems.push(`${when}: ${name} is ${told(shown)}, and was ${told(known)}`);
    }
    for (const [name, shown] of there) {
      if (!this.#known.has(name)) this.problems.push(`${when}: ${name} is there with ${told(shown)}, and was refused`);
    }
  }

  async #ask(line: Line, question: Question, open: Open): Promise<Outcome> {
    this.#open = open;
    const answer = await line.ask(question);
    if (!answer) return 'unknown';
    this.#open = undefined;
    if (isRefusal(answer)) {
      this.refused++;
      return 'refused';
    }
    if (answer.code >= 300) {
      this.problems.push(`${question.method} ${open.name} was answered ${JSON.stringify(answer)}`);
      return 'unknown';
    }
    this.kept++;
    if (open.text === undefined) this.#known.delete(open.name);
    else this.#known.set(open.name, versionOf(answer.body as Shown));
    return 'kept';
  }

  #settle(there: ReadonlyMap<string, Version>): void {
    const open = this.#open;
    this.#open = undefined;
    if (!open) return;
    const shown = there.get(open.name);
    if (isSame(shown, this.#known.get(open.name)) || shown?.text !== open.text) return;
    if (shown) this.#known.set(open.name, shown);
    else this.#known.delete(open.name);
  }
}

/** By a disk without room, or by a server that is ending. */
function isRefusal({ code, body }: Answer): boolean {
  const { message = '' } = body as { message?: string };
  return (code === 500 && message.includes('ENOSPC')) || (code === 503 && message.includes('shutting down'));
}

const told = ({ revision, text }: Version): string =>
  `revision ${revision}, ${text.length} bytes of ${text.slice(0, 12)}`;
