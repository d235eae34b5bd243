/** Specs of objects by their kind: created, or put over an object that is there. */
import type { Json } from './definition.ts';
import { FORMATS } from './object-schemas.ts';

export interface ObjectCase {
  readonly kind: string;
  readonly spec: unknown;
  /** What the object had before; some of it breaks the rules, which came later. */
  readonly old?: unknown;
}

const of = (kind: string, ...specs: unknown[]): ObjectCase[] => specs.map((spec) => ({ kind, spec }));

const scalar = (fields: Json): Json => ({ plain: 'p', ...fields });

const FORMAT_TEXTS: Readonly<Record<string, readonly string[]>> = {
  'date-time': [
    '2020-02-29T10:00:00Z',
    '2020-02-30T10:00:00Z',
    '2020-01-01t23:59:59.5+01:00',
    '2020-01-01 10:00:00Z',
    '2020-01-01T24:00:00Z',
    '',
  ],
  date: ['2020-02-29', '2021-02-29', '2020-2-9', '10000-01-01'],
  duration: ['1h30m', '3 days', '-5s', '5', 'x', '1.5h', '2 fortnights', '99999999999999999999 s'],
  ipv4: ['1.2.3.4', '01.2.3.4', '1.2.3', '::ffff:1.2.3.4', '1.2.3.256'],
  ipv6: ['::1', 'fe80::1%eth0', '1.2.3.4', '::ffff:1.2.3.4', ':::'],
  cidr: ['10.0.0.0/8', '10.0.0.0', 'fd00::/129', '10.0.0.1/08'],
  mac: ['00:00:5e:00:53:01', '00-00-5e-00-53-01', '0000.5e00.5301', '00:00:5e', '00:00:5e:00:53:0g'],
  uuid: ['123e4567-e89b-12d3-a456-426614174000', '123E4567E89B12D3A456426614174000', '123e4567'],
  uuid3: ['6fa459ea-ee8a-3ca4-894e-db77e160355e', '6fa459ea-ee8a-4ca4-894e-db77e160355e'],
  uuid4: ['16fd2706-8baf-433b-82eb-8c7fada847da', '16fd2706-8baf-433b-c2eb-8c7fada847da'],
  uuid5: ['886313e1-3b8a-5372-9b90-0c9aee199e5d', 'x'],
  byte: ['aGVsbG8=', 'aGVsbG8', '', 'a-_='],
  uri: [
    'https://example.com/a?b#c',
    '/path',
    'example.com',
    'urn:a:b',
    'http://a b/',
    'http://[::1]:80/',
    'http://a:x/',
    '%zz',
    '',
  ],
  email: ['a@b.c', 'Ann <a@b>', 'a@', 'a b@c', '"a b"@c', 'a@b@c', '<a@b'],
  hostname: ['example.com', 'a_b.com', 'münchen.de', 'a.1', '-a.com', 'a..b', 'x'.repeat(64), ''],
  isbn: ['3-401-01319-X', '978-3-401-01319-0', '123'],
  isbn10: ['3836221195', '3836221194'],
  isbn13: ['9784873113685', '9784873113686'],
  creditcard: ['4220-8554-2622-2389', '4220855426213389'],
  ssn: ['111-11-1111', '111 11 1111', '111111111'],
  hexcolor: ['#fff', 'ffff', 'ABCDEF'],
  rgbcolor: ['rgb(0, 31,255)', 'rgb(1,349,275)', 'rgb(01,2,3)'],
  bsonobjectid: ['507f1f77bcf86cd799439011', '507f1f77'],
  password: ['anything'],
  'k8s-short-name': ['a-b', 'A', 'a.b', '-a', 'x'.repeat(64)],
  'k8s-long-name': ['a-b.c', 'A.b', 'a..b', 'x'.repeat(254)],
  color: ['blue'],
};

const formatCases = FORMATS.flatMap((format) =>
  (FORMAT_TEXTS[format] ?? []).map((text) => ({ kind: 'Format', spec: { [format.replaceAll('-', '')]: text } })),
);

const updates: ObjectCase[] = [
  { kind: 'Scalar', old: { plain: 'p', text: 'toolong' }, spec: { plain: 'p', text: 'toolong', flag: true } },
  { kind: 'Scalar', old: { plain: 'p', text: 'toolong' }, spec: { plain: 'p', text: 'toolonger' } },
  { kind: 'Scalar', old: { plain: 'p', whole: 3 }, spec: { plain: 'q', whole: 3, choice: 'z' } },
  { kind: 'Scalar', old: { text: 'abc' }, spec: { text: 'abc' } },
  { kind: 'Scalar', old: { text: 'abc' }, spec: { text: 'abcd' } },
  { kind: 'Collection', old: { list: ['toolong'] }, spec: { list: ['toolong'], map: { a: 1 } } },
  { kind: 'Collection', old: { list: ['toolong'] }, spec: { list: ['toolong', 'a'] } },
  { kind: 'Collection', old: { set: [1, 1] }, spec: { set: [1, 1, 2, 2] } },
  { kind: 'Collection', old: { set: [1, 2] }, spec: { set: [1, 1] } },
  {
    kind: 'Collection',
    old: { named: [{ name: 'a', value: 9 }] },
    spec: {
      named: [
        { name: 'b', value: 1 },
        { name: 'a', value: 9 },
      ],
    },
  },
  { kind: 'Collection', old: { named: [{ name: 'a', value: 9 }] }, spec: { named: [{ name: 'a', value: 8 }] } },
  { kind: 'Collection', old: { named: [{ name: 'a', value: 9 }] }, spec: { named: [{ name: 'b', value: 9 }] } },
  {
    kind: 'Collection',
    old: { keyed: [{ name: 'a', port: 1, value: 'long' }] },
    spec: {
      keyed: [
        { name: 'a', port: 1, value: 'long' },
        { name: 'a', port: 2, value: 'long' },
      ],
    },
  },
  { kind: 'Collection', old: { map: { a: 0 } }, spec: { map: { a: 0, b: 1 } } },
  { kind: 'Collection', old: { map: { a: 0 } }, spec: { map: { a: 0, b: 0 } } },
  { kind: 'Junctor', old: { one: { a: 'x', b: 'y' } }, spec: { one: { a: 'x', b: 'y' }, all: 'xy' } },
  { kind: 'Junctor', old: { one: { a: 'x', b: 'y' } }, spec: { one: { a: 'x', b: 'z' } } },
  { kind: 'Junctor', old: { no: 'bad' }, spec: { no: 'worse' } },
  {
    kind: 'Tree',
    old: { strict: { apiVersion: 'v1', kind: 'A', metadata: { name: 'long' } } },
    spec: { strict: { apiVersion: 'v1', kind: 'A', metadata: { name: 'long' }, spec: {} } },
  },
  { kind: 'Tree', old: { anything: [{ b: 1 }] }, spec: { anything: { a: null } } },
  { kind: 'Filled', old: { text: 'a' }, spec: { plain: 'b' } },
];

export const OBJECTS: readonly ObjectCase[] = [
  ...of(
    'Scalar',
    undefined,
    null,
    'x',
    {},
    { plain: null },
    scalar({ text: 'A' }),
    scalar({ text: 'abcdef' }),
    scalar({ text: 'éé' }),
  ),
  ...of(
    'Scalar',
    scalar({ text: 1 }),
    scalar({ text: true }),
    scalar({ text: 1.5 }),
    scalar({ text: [] }),
    scalar({ text: {} }),
  ),
  ...of('Scalar', ...[0, 3, 4, 11, 12, 1.5, '4', -2, null, 1e30].map((whole) => scalar({ whole }))),
  ...of('Scalar', ...[2147483648, -2147483649, 1.5, true, 'x', []].map((small) => scalar({ small }))),
  ...of('Scalar', ...[1, 2, 3, 2.4].map((half) => scalar({ half }))),
  ...of('Scalar', ...[0, 0.5, 1, -1.5, 'x'].map((open) => scalar({ open }))),
  ...of('Scalar', ...[0.3, 0.35, -0.2, -0.25, 1, 7].map((tenth) => scalar({ tenth }))),
  ...of(
    'Scalar',
    scalar({ large: 1000001 }),
    scalar({ large: 1000000.5 }),
    scalar({ float: 1e39 }),
    scalar({ float: 3 }),
  ),
  ...of(
    'Scalar',
    scalar({ flag: 'true' }),
    scalar({ flag: 0 }),
    scalar({ choice: 'c' }),
    scalar({ choice: 1 }),
    scalar({ choice: '' }),
  ),
  ...of('Scalar', ...[1, 1.5, 2, 2.5, 3, '1'].map((number) => scalar({ number }))),
  ...of('Scalar', scalar({ maybe: null }), scalar({ maybe: 'y' }), scalar({ none: null })),
  ...of('Scalar', ...[5, 101, '5%', '5', 1.5, {}, true, null].map((port) => scalar({ port }))),
  ...of('Scalar', scalar({ text: 'X', whole: 11, choice: 'q', flag: 'no', port: 'x' }), {
    text: 'X',
    unknown: 1,
    more: { a: 1 },
  }),
  ...of('Scalar', scalar({ text: 'a<b>&"c' }), scalar({ text: 'a\nb\u2028' })),
  ...formatCases,
  ...of('Format', { datetime: 1 }, { datetime: {} }, { datetime: [] }, { color: 1 }),
  ...of(
    'Collection',
    { list: [] },
    { list: ['a', 'b', 'c'] },
    { list: ['abcd', 1, null] },
    { list: 'a' },
    { list: {} },
  ),
  ...of(
    'Collection',
    { set: [1, 2, 1, 1, 2] },
    { set: ['a', 1] },
    { wholes: [{ a: 1 }, { a: 1 }] },
    { wholes: [{ a: 1 }, { a: 2 }] },
  ),
  ...of(
    'Collection',
    { keyed: [{ name: 'a' }, { name: 'a', port: 80 }] },
    { keyed: [{ port: 1 }, { port: 1 }] },
    { keyed: ['a'] },
    { keyed: { name: 'a' } },
    { keyed: 'a' },
    { set: { a: 1 } },
    { set: 'a' },
    { map: ['a'] },
    { map: 'a' },
    { single: [1, 2] },
    { keyed: [null] },
  ),
  ...of(
    'Collection',
    { named: [{ name: 'a' }, { name: 'a' }, { name: 'a' }] },
    { named: [{}, {}] },
    { named: [{ name: 'a', value: 6 }] },
  ),
  ...of(
    'Collection',
    { map: {} },
    { map: { a: 1, b: 2, c: 3 } },
    { map: { a: 0, 'x.y/z': 'b' } },
    { closed: { a: 1 } },
    { closed: {} },
  ),
  ...of('Collection', { any: { a: 1, b: { c: 1 }, d: [{ e: 1 }], f: null } }, { map: null }, { map: { a: null } }),
  ...of(
    'Junctor',
    { one: {} },
    { one: { a: 'x' } },
    { one: { a: 'x', b: 'y' } },
    { one: { a: 1 } },
    { some: {} },
    { some: { b: 4 } },
    { some: { b: 5 } },
  ),
  ...of('Junctor', { all: 'y' }, { all: 'xy' }, { all: 'yy' }, { all: 1 }, { no: 'bad' }, { no: 'good' }, { no: 1 }),
  ...of(
    'Junctor',
    { deep: { kind: 'A', a: { n: 4 } } },
    { deep: { kind: 'A', a: {} } },
    { deep: { kind: 'B', a: { n: 1 } } },
    { deep: { kind: 'C' } },
    { deep: { kind: 'A' } },
  ),
  ...of('Tree', { known: { z: 1, a: 'b', inner: { c: 1, b: 'x' } }, z: [1] }, { known: null, unknown: null }),
  ...of(
    'Tree',
    { open: { z: { y: 1, x: null }, known: { a: 'x', q: 1 } } },
    { openList: [{ a: 'x', q: { z: 1 } }, 1] },
    { anything: { b: [1, { d: null, c: 1 }] } },
  ),
  ...of(
    'Tree',
    { list: [{ a: 'x', b: 1 }, { b: 2 }] },
    { map: { k: { a: 'x', b: 1 }, 'l.m': { c: 1 } } },
    { any: { k: { a: 1 }, l: [{ b: 1 }], m: 1 } },
  ),
  ...of(
    'Tree',
    { template: {} },
    { template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'a', labels: { a: 'b' }, color: 'red' }, x: 1 } },
  ),
  ...of(
    'Tree',
    { template: { apiVersion: 1, kind: 'Pod' } },
    { template: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 1 } } },
  ),
  ...of('Tree', {
    template: {
      apiVersion: 'a/b/c',
      kind: 'a b',
      metadata: { name: 'a/b', labels: { 'a b': 'c d' }, finalizers: ['A b'] },
    },
  }),
  ...of('Tree', {
    template: { apiVersion: '', kind: '', metadata: { namespace: 'A', generateName: 'B_', creationTimestamp: null } },
  }),
  ...of(
    'Tree',
    { template: { apiVersion: 'v1', kind: 'Pod', metadata: [] } },
    { template: 'x' },
    { strict: { apiVersion: 'v1', kind: 'A', spec: { a: 'b', c: 1 }, z: 1 } },
  ),
  ...of('Tree', {
    strict: { apiVersion: 'v1', kind: 'A', metadata: { name: 'long', ownerReferences: [{ name: 'x' }] } },
  }),
  ...of(
    'Filled',
    {},
    { text: null, number: null, object: null, deep: null, plain: null },
    { object: { b: 'x' }, deep: {}, list: [{}, { a: 1 }, null] },
  ),
  ...of(
    'Filled',
    { map: { x: {}, y: { a: 1 }, z: null } },
    { deep: { n: null, a: null }, list: [{ a: null }] },
    { list: [1], map: { a: 1 } },
  ),
  ...updates,
];
