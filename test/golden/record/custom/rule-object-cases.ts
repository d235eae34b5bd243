/** Objects that are held to rules: created, put over one that was there before the rules, or put as its status. */
import type { Json } from './definition.ts';

export interface RuleCase {
  readonly kind: string;
  readonly given: Json;
  /** What the object was before. */
  readonly old?: Json;
  /** Written to `/status`. */
  readonly isStatus?: boolean;
}

const created = (kind: string, ...specs: Json[]): RuleCase[] => specs.map((spec) => ({ kind, given: { spec } }));
const changed = (kind: string, ...pairs: (readonly [Json, Json])[]): RuleCase[] =>
  pairs.map(([old, spec]) => ({ kind, given: { spec }, old: { spec: old } }));
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);
const words = (count: number): string[] => numbers(count).map((i) => `${'word'.repeat(24)}${i}`);

const PLACES = created(
  'Place',
  { text: 'good', number: 3, float: 1, flag: true, port: 3, sum: 2, list: ['a'], map: { a: 1 }, maybe: null },
  { text: 'bad' },
  { number: 13 },
  { number: 10 },
  { float: 2 },
  { float: 1.75 },
  { flag: false },
  { port: 10 },
  { port: '6%' },
  { port: '5%' },
  { sum: 'text' },
  { sum: 9 },
  { list: ['a', 'bad', 'c', 'bad'] },
  { list: ['a', 'b', 'c', 'd'] },
  { map: { a: 10, bad: 1 } },
  { maybe: 'bad' },
  { maybe: null },
  { inner: { a: 0 } },
  { inner: {} },
  { inner: { a: 1, 'x-y': {} } },
  { time: '2021-01-01T00:00:00Z' },
  { time: '2019-01-01T00:00:00+01:00' },
  { length: '2h' },
  { length: '3 days' },
  { bytes: 'eA==' },
  { bytes: 'eQ==' },
  { 'a.b': 10 },
  { open: { b: 1 } },
);

const MESSAGES = created(
  'Message',
  ...numbers(14).map((a) => ({ a })),
  { a: 3, text: 'own words' },
  { a: 3, text: '' },
  { a: 8, b: { c: 1 } },
  { a: 11, text: 'x'.repeat(900) },
  { a: 11, text: 'x'.repeat(1100) },
  { a: 20 },
  { a: 0 },
  { a: 100 },
  { a: 1, b: {} },
);

const CHANGES = [
  ...created('Change', { fixed: 'a', grows: 1, once: 'first', steps: 1 }, { once: 'second' }, { steps: 2 }),
  ...changed(
    'Change',
    [{ fixed: 'a' }, { fixed: 'b' }],
    [{ fixed: 'a' }, {}],
    [{}, { fixed: 'a' }],
    [{ grows: 2 }, { grows: 1 }],
    [{ grows: 1 }, { grows: 2 }],
    [{ once: 'first' }, { once: 'second' }],
    [{}, { once: 'second' }],
    [{ steps: 3 }, { steps: 4 }],
    [{ steps: 3 }, { steps: 5 }],
    [{}, { steps: 5 }],
    [
      { keyed: [{ name: 'a', size: 2 }] },
      {
        keyed: [
          { name: 'b', size: 1 },
          { name: 'a', size: 1 },
        ],
      },
    ],
    [{ keyed: [{ name: 'a', size: 2 }] }, { keyed: [{ name: 'a' }] }],
    [
      {
        twice: [
          { name: 'a', port: 1, size: 2 },
          { name: 'a', port: 2, size: 3 },
        ],
      },
      {
        twice: [
          { name: 'a', port: 2, size: 2 },
          { name: 'a', port: 1, size: 2 },
        ],
      },
    ],
    [{ values: { a: 2, b: 3 } }, { values: { a: 1, b: 3, c: 0 } }],
    [{ atomic: ['a', 'b'] }, { atomic: ['b', 'a'] }],
    [{ set: ['a', 'b'] }, { set: ['b', 'c'] }],
    [{ set: ['a', 'b'] }, { set: ['b', 'a'] }],
    [{ maybe: 'a' }, { maybe: 'b' }],
    [{ maybe: null }, { maybe: 'b' }],
    [{ maybe: 'a' }, { maybe: null }],
  ),
];

const RATCHETS = changed(
  'Ratchet',
  [{ low: 20 }, { low: 20 }],
  [{ low: 20 }, { low: 20, other: 'x' }],
  [{ low: 20 }, { low: 21 }],
  [{ low: 200 }, { low: 200 }],
  [{ low: 200 }, { low: 200, other: 'x' }],
  [{ inner: { a: 20 } }, { inner: { a: 20 }, other: 'x' }],
  [{ inner: { a: 20 } }, { inner: { a: 20, b: 1 } }],
  [{ list: [20] }, { list: [20], other: 'x' }],
  [{ list: [20] }, { list: [20, 1] }],
  [{ set: [20] }, { set: [20], other: 'x' }],
  [{ set: [20, 1] }, { set: [20] }],
  [{ set: [20, 1] }, { set: [1, 20] }],
  [
    { keyed: [{ name: 'a', size: 20 }] },
    {
      keyed: [
        { name: 'b', size: 1 },
        { name: 'a', size: 20 },
      ],
    },
  ],
  [
    { keyed: [{ name: 'a', size: 20 }] },
    {
      keyed: [
        { name: 'b', size: 20 },
        { name: 'a', size: 20 },
      ],
    },
  ],
  [{ map: { a: 20, b: 1 } }, { map: { a: 20, b: 2 } }],
  [{ map: { a: 20 } }, { map: { b: 20 } }],
  [{ change: 20 }, { change: 20 }],
  [{ change: 20 }, { change: 21 }],
  [{ low: 20 }, { low: 20, other: 'x', map: { a: 30 } }],
);

const statuses = (...pairs: (readonly [Json, Json])[]): RuleCase[] =>
  pairs.map(([old, given]) => ({ kind: 'Statused', given, old, isStatus: true }));

const STATUSES: RuleCase[] = [
  ...created('Statused', { max: 5 }, { max: 0 }, { max: 100 }),
  ...statuses(
    [{ spec: { max: 5 } }, { spec: { max: 5 }, status: { count: 5 } }],
    [{ spec: { max: 5 } }, { spec: { max: 5 }, status: { count: 6 } }],
    [{ spec: { max: 5 } }, { spec: { max: 5 }, status: { count: -1 } }],
    [{ spec: { max: 200 } }, { spec: { max: 200 }, status: { count: 6 } }],
    [
      { spec: { max: 5 }, status: { phase: 'a' } },
      { spec: { max: 5 }, status: { phase: 'b' } },
    ],
    [
      { spec: { max: 5 }, status: { count: 9 } },
      { spec: { max: 5 }, status: { count: 9 } },
    ],
    [
      { spec: { max: 5 }, status: { count: 9 } },
      { spec: { max: 5 }, status: { count: 9, phase: 'a' } },
    ],
  ),
  { kind: 'Statused', given: { spec: { max: 3 } }, old: { spec: { max: 5 }, status: { count: 5 } } },
];

const OTHERS: RuleCase[] = [
  ...created('Default', {}, { size: 5 }, { min: 4 }, { min: 3 }, { inner: { a: 2 } }),
  ...created('Cost', { list: numbers(20) }, { list: numbers(1000) }, { words: words(300) }),
  ...created('Cost', { first: numbers(450), list: numbers(450) }, { message: numbers(30) }, { message: numbers(600) }),
  ...created(
    'Embedded',
    { one: { apiVersion: 'v1', kind: 'Thing', metadata: { name: 'xy' }, spec: { a: 3 } } },
    { one: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'yx' }, spec: { a: 10 } } },
    { one: { apiVersion: 'v1', kind: 'Thing' } },
    {
      many: [
        { apiVersion: 'v1', kind: 'A' },
        { apiVersion: 'v2', kind: 'B' },
      ],
    },
  ),
  ...created(
    'Schema',
    { a: 1 },
    { a: 4 },
    { a: 6 },
    {},
    { a: 'x' },
    { a: 4, b: 'zzzz' },
    { a: 4, b: 'z' },
    { a: 4, c: 'b' },
    { a: 3, b: 'x' },
  ),
  ...changed(
    'Schema',
    [{ a: 6 }, { a: 6, b: 'x' }],
    [{ a: 4 }, { a: 4, c: 'ab' }],
    [
      { a: 4, c: 'b' },
      { a: 4, c: 'b' },
    ],
  ),
];

export const RULE_OBJECTS: readonly RuleCase[] = [
  ...PLACES,
  ...MESSAGES,
  ...CHANGES,
  ...RATCHETS,
  ...STATUSES,
  ...OTHERS,
];
