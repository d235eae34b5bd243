/** Writers that create, change and delete their own objects until the server is gone. */
import type { Choice } from '../churn/choice.ts';
import type { Answer, Line, Question } from './http.ts';
import { type CrashKind, KINDS, type Shown } from './kinds.ts';
import { Entry } from './ledger.ts';

const MERGE_PATCH = 'application/merge-patch+json';

/** What the writers of one life have been told. */
export interface Told {
  /** Revisions of acknowledged writes by kind. */
  readonly revisions: ReadonlyMap<CrashKind, number[]>;
  readonly acknowledged: number;
  readonly problems: readonly string[];
}

export class Writers {
  readonly entries: readonly Entry[];
  readonly #choice: Choice;
  readonly #sets: readonly Entry[][];
  #n = 0;

  constructor(choice: Choice, writers: number, namesEach: number) {
    this.#choice = choice;
    this.#sets = Array.from({ length: writers }, (_, w) =>
      KINDS.flatMap((kind) => Array.from({ length: namesEach }, (_name, i) => new Entry(kind, `w${w}-${i}`))),
    );
    this.entries = this.#sets.flat();
  }

  /** Writes until the line breaks. */
  async write(line: Line, onSeen: (kind: CrashKind, shown: Shown) => void): Promise<Told> {
    const revisions = new Map<CrashKind, number[]>(KINDS.map((kind) => [kind, []]));
    const problems: string[] = [];
    let acknowledged = 0;
    const work = async (mine: readonly Entry[]): Promise<void> => {
      for (;;) {
        const entry = this.#choice.of(mine);
        if (!entry) return;
        const question = this.#next(entry);
        const answer = await line.ask(question);
        if (!answer) return; // nobody knows
        if (answer.code >= 300) {
          problems.push(`${question.method} ${entry.path} was answered ${answer.code}: ${JSON.stringify(answer.body)}`);
          return;
        }
        acknowledged++;
        const shown = shownBy(entry, answer);
        problems.push(...entry.acknowledge(shown));
        if (!shown) continue;
        revisions.get(entry.kind)?.push(Number(shown.metadata.resourceVersion));
        onSeen(entry.kind, shown);
      }
    };
    await Promise.all(this.#sets.map(work));
    return { revisions, acknowledged, problems };
  }

  #next(entry: Entry): Question {
    const { kind, name, known, path } = entry;
    const n = ++this.#n;
    const payload = entry.payload(n);
    if (!known) {
      entry.attempt = { what: 'create', n };
      return { method: 'POST', path: kind.path, body: kind.object(name, payload) };
    }
    if (this.#choice.oneIn(6)) {
      entry.attempt = { what: 'delete', n };
      return { method: 'DELETE', path };
    }
    entry.attempt = { what: 'change', n };
    // What admission adds to a pod may not be taken away, and others write it too.
    if (!kind.isAlone || this.#choice.oneIn(2)) {
      const body = kind.patch({ n: payload.n, text: payload.text });
      return { method: 'PATCH', path, type: MERGE_PATCH, body };
    }
    const object = kind.object(name, payload) as { metadata: object };
    const resourceVersion = String(known.revision);
    return { method: 'PUT', path, body: { ...object, metadata: { ...object.metadata, resourceVersion } } };
  }
}

function shownBy({ attempt }: Entry, { body }: Answer): Shown | undefined {
  return attempt?.what === 'delete' ? undefined : (body as Shown);
}
