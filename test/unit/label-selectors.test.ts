import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../server/base/random.ts';
import {
  formatSelector,
  type Labels,
  parseLabelSelector,
  selectorFromLabels,
  selectorFromObject,
  selectorMatches,
} from '../../server/kube/labels.ts';
import { golden, outcome } from '../support/golden.ts';

interface Case {
  readonly text: string;
  readonly selects?: readonly string[];
  readonly message?: string;
}

const [{ objects }, ...cases] = golden<Case>('selectors/labels.json') as unknown as [
  { objects: Record<string, Labels> },
  ...Case[],
];

describe('label selectors', () => {
  it('select what they select on the real server, and are refused with its words', () => {
    const found = cases.map(({ text }) => {
      const select = (): string[] => {
        const selector = parseLabelSelector(text);
        return Object.keys(objects)
          .filter((name) => selectorMatches(selector, objects[name]))
          .sort();
      };
      return { text, ...outcome('selects', select) };
    });
    expect(found).toEqual(cases);
  });

  it('print in a form that reads the same', () => {
    for (const { text, message } of cases) {
      if (message !== undefined) continue;
      const printed = formatSelector(parseLabelSelector(text));
      expect(formatSelector(parseLabelSelector(printed))).toBe(printed);
    }
  });

  it('print sorted by key, values of sets sorted too', () => {
    const printed = (text: string): string => formatSelector(parseLabelSelector(text));
    expect(printed('b,a in (z,y),!c,d=1,e==2,f!=3,g notin (x),h>4,i<5')).toBe(
      'a in (y,z),b,!c,d=1,e==2,f!=3,g notin (x),h>4,i<5',
    );
    expect(printed('a in ()')).toBe('a in ()');
    expect(printed('a=')).toBe('a=');
  });

  it('of objects: labels and expressions', () => {
    const selector = selectorFromObject({
      matchLabels: { b: '2', a: '1' },
      matchExpressions: [
        { key: 'c', operator: 'In', values: ['y', 'x'] },
        { key: 'd', operator: 'NotIn', values: ['z'] },
        { key: 'e', operator: 'Exists' },
        { key: 'f', operator: 'DoesNotExist', values: [] },
      ],
    });
    expect(formatSelector(selector)).toBe('a=1,b=2,c in (x,y),d notin (z),e,!f');
    expect(selectorMatches(selector, { a: '1', b: '2', c: 'x', e: '' })).toBe(true);
    expect(selectorMatches(selector, { a: '1', b: '2', c: 'x', e: '', f: '' })).toBe(false);
    expect(() => selectorFromObject({ matchExpressions: [{ key: 'a', operator: 'in' }] })).toThrow(
      '"in" is not a valid label selector operator',
    );
    expect(() => selectorFromObject({ matchExpressions: [{ key: 'a', operator: 'constructor' }] })).toThrow();
    expect(selectorMatches(selectorFromObject({}), undefined)).toBe(true);
  });

  it('never find what only the prototype of an object has', () => {
    for (const key of ['constructor', 'toString', '__proto__']) {
      expect(selectorMatches(selectorFromLabels({ x: '1' }), {})).toBe(false);
      expect(selectorMatches([{ key, operator: 'exists', values: [] }], {})).toBe(false);
      expect(selectorMatches([{ key, operator: '!', values: [] }], { a: '1' })).toBe(true);
    }
  });

  it('match exactly the labels that they were made of', () => {
    const random = seededRandom(3);
    for (let i = 0; i < 200; i++) {
      const labels = Object.fromEntries(Array.from({ length: 3 }, () => [random.suffix(1), random.suffix(1)]));
      const other = Object.fromEntries(Array.from({ length: 3 }, () => [random.suffix(1), random.suffix(1)]));
      const covered = Object.entries(labels).every(([key, value]) => other[key] === value);
      expect(selectorMatches(selectorFromLabels(labels), other)).toBe(covered);
      expect(selectorMatches(parseLabelSelector(formatSelector(selectorFromLabels(labels))), labels)).toBe(true);
    }
  });
});
