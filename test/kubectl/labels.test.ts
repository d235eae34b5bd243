import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ nodes: 0 });
  await shop.cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: box}}');
});
afterAll(() => shop[Symbol.asyncDispose]());

const metadata = async (field: string): Promise<string> =>
  shop.kubectl('get', 'cm', 'box', `-ojsonpath={.metadata.${field}}`);

describe.each([
  ['label', 'labeled', 'unlabeled', 'labels'],
  ['annotate', 'annotated', 'annotated', 'annotations'],
])('kubectl %s', (command, done, undone, field) => {
  it('adds, keeps unless told to overwrite, and removes', async () => {
    expect(await shop.kubectl(command, 'cm', 'box', 'size=s')).toBe(`configmap/box ${done}\n`);
    expect((await shop.fails(command, 'cm', 'box', 'size=l')).stderr).toContain('--overwrite is false');
    expect(await metadata(field)).toBe('{"size":"s"}');
    await shop.kubectl(command, 'cm', 'box', 'size=l', '--overwrite');
    expect(await metadata(field)).toBe('{"size":"l"}');
    expect(await shop.kubectl(command, 'cm', 'box', 'size-')).toBe(`configmap/box ${undone}\n`);
    expect(await metadata(field)).toBe('');
  });
});

it('refuses a label that is none', async () => {
  const { stderr } = await shop.fails('label', 'cm', 'box', 'a=b c');
  expect(stderr).toContain('a valid label must be an empty string or consist of alphanumeric characters');
});
