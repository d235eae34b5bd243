/** What a server has promised, and whether it keeps it. */
import { type CrashKind, type Payload, type Shown, textOf } from './kinds.ts';

/** A write that was sent, and whose answer is not known. */
export interface Attempt {
  readonly what: 'create' | 'change' | 'delete';
  readonly n: number;
}

interface Known {
  readonly uid: string;
  readonly revision: number;
  readonly made: number;
  readonly n: number;
}

/** One name of one kind, which one writer at a time writes. */
export class Entry {
  readonly kind: CrashKind;
  readonly name: string;
  /** The last state that was acknowledged. */
  known: Known | undefined;
  attempt: Attempt | undefined;

  constructor(kind: CrashKind, name: string) {
    this.kind = kind;
    this.name = name;
  }

  get path(): string {
    return `${this.kind.path}/${this.name}`;
  }

  payload(n: number): Payload {
    return { made: String(this.known?.made ?? n), n: String(n), text: textOf(this.name, n) };
  }

  /** The answer to the attempt: nothing for a deletion. */
  acknowledge(shown: Shown | undefined): string[] {
    const problems = this.#check(shown, true);
    this.#keep(shown);
    return problems;
  }

  /** What a new life shows. An attempt is done or not, whole either way. */
  settle(shown: Shown | undefined): string[] {
    const problems = this.#check(shown, false);
    this.#keep(shown);
    return problems;
  }

  #keep(shown: Shown | undefined): void {
    this.attempt = undefined;
    if (!shown) {
      this.known = undefined;
      return;
    }
    const { made, n } = this.kind.payload(shown);
    const { uid, resourceVersion } = shown.metadata;
    this.known = { uid, revision: Number(resourceVersion), made: Number(made), n: Number(n) };
  }

  #check(shown: Shown | undefined, isDone: boolean): string[] {
    const { known, attempt } = this;
    const problem = (text: string): string[] => [`${this.kind.name} ${this.name}: ${text}`];
    if (!shown) {
      const mayBeGone = isDone || !known || attempt?.what === 'delete';
      return mayBeGone ? [] : problem(`lost: write ${known.n} at revision ${known.revision} was acknowledged`);
    }
    const { made, n, text } = this.kind.payload(shown);
    const { uid, resourceVersion } = shown.metadata;
    const revision = Number(resourceVersion);
    const tried = attempt && attempt.what !== 'delete' && n === String(attempt.n);
    if (text !== textOf(this.name, Number(n))) return problem(`half there: n is ${n}, and the text another one`);
    if (!known) {
      if (!tried) return problem(`is there with write ${n}, and was deleted, or never written`);
      return made === n ? [] : problem(`half there: made by ${made}, and created by write ${n}`);
    }
    if (made !== String(known.made)) return problem(`half there: made by ${made}, and was by ${known.made}`);
    if (uid !== known.uid) return problem(`has uid ${uid}, and had ${known.uid}`);
    if (tried) return revision > known.revision ? [] : problem(`revision ${revision} follows ${known.revision}`);
    if (isDone || n !== String(known.n)) return problem(`lost: write ${known.n} was acknowledged, and it has ${n}`);
    const isSame = this.kind.isAlone ? revision === known.revision : revision >= known.revision;
    return isSame ? [] : problem(`lost: it has revision ${revision}, and had ${known.revision}`);
  }
}

/** Every revision that anybody has seen, and what it meant. */
export class Revisions {
  readonly #meanings = new Map<number, string>();

  /** @returns problems */
  see(kind: CrashKind, { metadata, data, spec }: Shown): string[] {
    const revision = Number(metadata.resourceVersion);
    const meaning = `${kind.name} ${metadata.name} ${JSON.stringify([metadata, data ?? spec])}`;
    const before = this.#meanings.get(revision);
    if (before === undefined) this.#meanings.set(revision, meaning);
    if (before === undefined || before === meaning) return [];
    return [`revision ${revision} stands for two things: ${before.slice(0, 300)} and ${meaning.slice(0, 300)}`];
  }

  /** The newest one. */
  get last(): number {
    let last = 0;
    for (const revision of this.#meanings.keys()) last = Math.max(last, revision);
    return last;
  }
}
