import { expect, it } from 'vitest';
import { seededRandom } from '../../server/base/random.ts';
import { compareKeys, SortedMap } from '../../server/storage/sorted-map.ts';

interface Pair {
  readonly map: SortedMap<number>;
  /** The same content, by the simplest means. */
  readonly plain: Map<string, number>;
}

const KEYS = 3000;
const STEPS = 20_000;
const COPIES = 6;

const entriesOf = (entries: Iterable<[string, number]>): [string, number][] =>
  [...entries].sort(([a], [b]) => compareKeys(a, b));

it('copies of a map do not see what is written to the others, nor does the map', () => {
  const random = seededRandom(7);
  const below = (limit: number): number => Math.floor(random.fraction() * limit);
  const pairs: Pair[] = [{ map: new SortedMap(), plain: new Map() }];
  for (let step = 0; step < STEPS; step++) {
    const { map, plain } = pairs[below(pairs.length)] as Pair;
    const key = `pods/default/${below(KEYS)}`;
    if (step % 1500 === 0) pairs.splice(below(COPIES), 1, { map: map.copy(), plain: new Map(plain) }, { map, plain });
    else if (random.fraction() < 0.3) expect(map.delete(key)).toBe(plain.delete(key));
    else {
      map.set(key, step);
      plain.set(key, step);
    }
  }
  for (const { map, plain } of pairs) {
    expect([...map.from('')]).toEqual(entriesOf(plain));
    expect(map.size).toBe(plain.size);
    for (const [key, value] of plain) expect(map.get(key)).toBe(value);
  }
  for (const a of pairs) {
    for (const b of pairs) {
      const told = [...a.map.notSharedWith(b.map)].filter(([key, value]) => b.map.get(key) !== value);
      expect(told).toEqual(entriesOf(a.plain).filter(([key, value]) => b.plain.get(key) !== value));
    }
  }
});

it('a map and its copy have only those parts apart that were written to', () => {
  const map = new SortedMap<number>();
  for (let i = 0; i < 10_000; i++) map.set(`pods/default/${String(i).padStart(5, '0')}`, i);
  const copy = map.copy();
  expect([...copy.notSharedWith(map)]).toEqual([]);
  copy.set('pods/default/05000', -1);
  expect([...copy.notSharedWith(map)].length).toBeLessThan(1000);
  expect(map.get('pods/default/05000')).toBe(5000);
});
