import { expect, test } from 'vitest';
import { deepFreeze, type Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import { StoredObject } from '../../server/storage/stored-object.ts';

const port = deepFreeze([{ name: 'web', containerPort: 80 }]);
const env = deepFreeze([{ name: 'A"b\\', value: '\u2028 \ud83d' }]);
const container = (image: unknown, more: object = {}): object => ({ name: 'c', image, port, env, ...more });
const managedFields = [
  { manager: 'a', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:spec': {} } },
  { manager: 'b', time: '2026-01-01T00:00:00Z', fieldsV1: { 'f:status': {} } },
];
const metadata = { name: 'p', resourceVersion: '9', annotations: { a: '1', b: 'x'.repeat(200) }, managedFields };
const first = deepFreeze({
  kind: 'Pod',
  metadata,
  spec: { containers: [container('a'), container('b')], nodeSelector: { a: 'b' }, hostUsers: true },
});
const [, second] = first.spec.containers;
const withSpec = (spec: object): object => ({ ...first, spec: { ...first.spec, ...spec } });
const withMetadata = (more: object): object => ({ ...first, metadata: { ...metadata, ...more } });

/** What a version may be that shares parts with the first one. */
const NEXT: Readonly<Record<string, object>> = {
  'the same': { ...first },
  'an image': withSpec({ containers: [container('x'), second] }),
  'an image with characters of more than one byte': withSpec({ containers: [container('é \ud83d\ude00'), second] }),
  'an image of another length': withSpec({ containers: [container('y'.repeat(500)), second] }),
  'a long image with characters of more than one byte': withSpec({ containers: [container('é'.repeat(99)), second] }),
  'an image of the other': withSpec({ containers: [first.spec.containers[0], container('x')] }),
  'fields without a value': withSpec({ hostUsers: undefined, containers: [container(undefined), second] }),
  nulls: withSpec({ nodeSelector: null, containers: [null, second] }),
  'one more': withSpec({ containers: [...first.spec.containers, container('z', { stdin: false })] }),
  'one less': withSpec({ containers: [second] }),
  'holes, as no JSON has them': withSpec({ containers: [undefined, second] }),
  none: withSpec({ containers: [] }),
  'a list in place of a map': withSpec({ nodeSelector: ['a', undefined, 1] }),
  'a map in place of a list': withSpec({ containers: { 'a/b c': second, 'é"': 1 } }),
  'an object in place of a value': withSpec({ hostUsers: { a: 1 } }),
  'names that others have': JSON.parse(
    '{"kind":"Pod","metadata":{"name":"p"},"__proto__":{"a":[1]},"constructor":{"prototype":null},"toString":"x"}',
  ) as object,
  'fields in another order': withSpec({ hostUsers: false, containers: [{ image: 'a', name: 'c', env, port }, second] }),
  'a version and an annotation': withMetadata({
    resourceVersion: '10',
    annotations: { ...metadata.annotations, a: '2' },
  }),
  'annotations in another order': withMetadata({ annotations: { b: metadata.annotations.b, a: '2' } }),
  'a time': withMetadata({ managedFields: [managedFields[0], { ...managedFields[1], time: '2027-01-01T00:00:00Z' }] }),
  'managers that are none': withMetadata({ managedFields: [null, 1, 'a'] }),
  'no managers': withMetadata({ managedFields: undefined }),
  'no metadata': { ...first, metadata: null },
  'a field before the others': { apiVersion: 'v1', ...first },
};

const stored = (value: object): StoredObject => new StoredObject('pods/p', 1, deepFreeze(value) as Frozen<KubeObject>);

/** Writes versions one after the other, and reads each of them. */
function readAll(...versions: readonly object[]): void {
  let before: StoredObject | undefined;
  for (const version of versions) {
    const now = stored(version);
    if (before) now.follow(before);
    expect(now.json().toString()).toBe(Buffer.from(JSON.stringify(version)).toString());
    before?.forgetBytes();
    before = now;
  }
}

test.each(Object.entries(NEXT))(
  'bytes of a version are those of its JSON whatever was before it: %s',
  (_what, next) => {
    readAll(first, next, first, next, { ...next }, first);
    for (const other of Object.values(NEXT)) readAll(first, other, next, other, next);
  },
);

test('bytes of the version before stay as they are', () => {
  const versions = ['1', '2', '3', '4'].map((a) =>
    stored(withMetadata({ annotations: { ...metadata.annotations, a } })),
  );
  const bytes: Buffer[] = [];
  for (const [i, version] of versions.entries()) {
    const before = versions[i - 1];
    if (before) version.follow(before);
    bytes.push(version.json());
  }
  expect(bytes.map(String)).toEqual(versions.map(({ value }) => JSON.stringify(value)));
});

test('a version that was replaced before anybody read it hands on nothing', () => {
  const [a, b, c] = [first, NEXT['an image'], NEXT['a time']].map((value) => stored(value as object));
  a?.json();
  if (a) b?.follow(a);
  if (b) c?.follow(b);
  expect(c?.json().toString()).toBe(JSON.stringify(c?.value));
  expect(b?.json().toString()).toBe(JSON.stringify(b?.value));
});
