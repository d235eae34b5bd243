import { expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../server/base/random.ts';
import { nextTurn } from '../../../server/base/turn.ts';
import type { LocalStorage, StoredEvent } from '../../../server/storage/storage.ts';
import { configMap, keyOfMap } from '../../support/stored.ts';
import { eachTest } from './open-subject.ts';
import { type Backend, Recorder } from './subject.ts';

type State = Record<string, string>;

const isEven = (value: object): boolean => Number((value as { data: { x: string } }).data.x) % 2 === 0;

function stateOf(storage: LocalStorage, at?: number): State {
  const { items } = storage.list('configmaps/', at === undefined ? {} : { at });
  return Object.fromEntries(items.map(({ key, value }) => [key, (value.data as { x: string }).x]));
}

function applied(state: State, events: readonly StoredEvent[]): State {
  const next = { ...state };
  for (const { type, now } of events) {
    if (type === 'created' && now.key in next) throw new Error(`${now.key} is created twice`);
    if (type !== 'created' && !(now.key in next)) throw new Error(`${type} of ${now.key}, which is not there`);
    if (type === 'deleted') delete next[now.key];
    else next[now.key] = (now.value.data as { x: string }).x;
  }
  return next;
}

/** One random write. */
async function write(storage: LocalStorage, random: Random): Promise<void> {
  const name = `n${Math.floor(random.fraction() * 12)}`;
  const key = keyOfMap(name);
  const value = configMap(name, { x: String(Math.floor(random.fraction() * 4)) });
  if (!storage.get(key)) await storage.create(key, value).catch(() => undefined);
  else {
    const change = random.fraction() < 0.3 ? ('delete' as const) : value;
    await storage.guaranteedUpdate(key, {}, async () => change).catch(() => undefined);
  }
}

const sorted = (state: State): State => Object.fromEntries(Object.entries(state).sort(([a], [b]) => (a < b ? -1 : 1)));
const evens = (state: State): State => Object.fromEntries(Object.entries(state).filter(([, x]) => Number(x) % 2 === 0));

export function randomOperations(backend: Backend): void {
  const { storage, pause } = eachTest(backend);

  it.each([1, 2, 3])('keeps every past state and resumes at each revision (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    for (let i = 0; i < 30; i++) await write(storage(), random);
    await pause();
    const first = storage().revision();
    const states = new Map([[first, stateOf(storage())]]);
    const resumed: { after: number; all: Recorder; even: Recorder }[] = [];
    const resume = (after: number): void => {
      const [all, even] = [new Recorder(), new Recorder()];
      storage().watch('configmaps/', { after }, all);
      storage().watch('configmaps/', { after, where: isEven }, even);
      resumed.push({ after, all, even });
    };
    while (storage().revision() < first + 120) {
      // Several writes in one turn, with watches and hand-outs between them.
      const writing = Array.from({ length: Math.floor(random.fraction() * 4) }, () => {
        const done = write(storage(), random);
        states.set(storage().revision(), stateOf(storage()));
        if (random.fraction() < 0.3) resume(first + Math.floor(random.fraction() * (storage().revision() - first + 1)));
        if (random.fraction() < 0.2) storage().flush();
        return done;
      });
      await Promise.all(writing);
    }
    const last = storage().revision();
    for (let after = first; after <= last; after++) resume(after);
    await nextTurn();
    const end = stateOf(storage());
    for (const [revision, state] of states) expect(stateOf(storage(), revision)).toEqual(state);
    for (const { after, all, even } of resumed) {
      const state = stateOf(storage(), after);
      const revisions = all.events_.map(({ now }) => now.revision);
      expect(revisions).toEqual(Array.from({ length: last - after }, (_, i) => after + 1 + i));
      expect(sorted(applied(state, all.events_))).toEqual(end);
      expect(sorted(applied(evens(state), even.events_))).toEqual(evens(end));
    }
    await pause();
    expect(stateOf(storage())).toEqual(end);
  });
}
