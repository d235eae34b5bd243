import { expect, test } from 'vitest';
import { deepFreeze } from '../../server/base/freeze.ts';
import { rememberedText, rememberShared } from '../../server/base/shared-text.ts';

const port = deepFreeze([{ name: 'web', containerPort: 80 }]);
const env = deepFreeze([{ name: 'A"b\\', value: '\u2028 é \ud83d' }]);
const container = (image: unknown, more: object = {}): object => ({ name: 'c', image, port, env, ...more });
const first = deepFreeze({ containers: [container('a'), container('b')], nodeSelector: { a: 'b' }, hostUsers: true });
const [, second] = first.containers;

/** What a version may have that shares parts with the first one. */
const NEXT: Readonly<Record<string, object>> = {
  'an image': { ...first, containers: [container('x'), second] },
  'an image of the other': { ...first, containers: [first.containers[0], container('x')] },
  'fields without a value': { ...first, hostUsers: undefined, containers: [container(undefined), second] },
  nulls: { ...first, nodeSelector: null, containers: [null, second] },
  'one more': { ...first, containers: [...first.containers, container('z', { stdin: false })] },
  'one less': { ...first, containers: [second] },
  'holes, as no JSON has them': { ...first, containers: [undefined, second] },
  none: { ...first, containers: [] },
  'a list in place of a map': { ...first, nodeSelector: ['a', undefined, 1] },
  'a map in place of a list': { ...first, containers: { 'a/b c': second, 'é"': 1 } },
  'names that others have': JSON.parse(
    '{"__proto__":{"a":[1]},"constructor":{"prototype":null},"toString":"x","nodeSelector":{"a":"b"}}',
  ) as object,
  'fields in another order': { hostUsers: false, containers: [container('a'), second] },
};

test.each(Object.entries(NEXT))('the text of parts that are known is that of the whole: %s', (_what, next) => {
  const frozen = deepFreeze({ ...next });
  rememberShared(frozen, first);
  expect(rememberedText(frozen)).toBe(JSON.stringify(next));
  // What follows it shares with it what it was given.
  const later = deepFreeze({ ...next, hostname: 'h' });
  rememberShared(later, frozen);
  expect(rememberedText(later)).toBe(JSON.stringify(later));
});

test('of what nobody remembers no text is known', () => {
  expect(rememberedText(deepFreeze({ a: 1 }))).toBeUndefined();
  expect(rememberedText('a')).toBeUndefined();
});
