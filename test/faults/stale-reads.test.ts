import { expect, it } from 'vitest';
import { CONFIG_MAPS, configMap, faultyCluster } from './support.ts';

interface Read {
  readonly metadata: { readonly resourceVersion: string };
  readonly data?: { readonly text: string };
  readonly items?: readonly { readonly metadata: { readonly name: string } }[];
}

it('answers reads from the state of some revisions ago, with that version', async () => {
  await using shop = await faultyCluster({ nodes: 0 });
  await shop.cluster.apply(configMap('a', { text: 'old' }));
  const read = async (path: string): Promise<Read> => (await shop.read(path)).body as unknown as Read;
  const [object, list] = [await read(`${CONFIG_MAPS}/a`), await read(CONFIG_MAPS)];
  await shop.cluster.apply(configMap('a', { text: 'new' }), configMap('b'));
  const rule = await shop.fault({ match: { resource: 'configmaps' }, stale: 2 });
  expect(await read(`${CONFIG_MAPS}/a`)).toEqual(object);
  expect(await read(CONFIG_MAPS)).toEqual(list);
  expect((await shop.read(`${CONFIG_MAPS}/b`)).status).toBe(404);
  expect((await read(`${CONFIG_MAPS}?fieldSelector=metadata.name%3Da`)).items).toMatchObject([
    { data: { text: 'old' } },
  ]);
  const newest = Number(list.metadata.resourceVersion) + 2;
  const ahead = await shop.read(`${CONFIG_MAPS}?resourceVersion=${newest}`);
  expect([ahead.status, ahead.body.message]).toEqual([
    504,
    expect.stringContaining(`Too large resource version: ${newest}, current: ${list.metadata.resourceVersion}`),
  ]);
  await shop.admin('DELETE', `/-/faults/${rule.id}`);
  expect((await read(`${CONFIG_MAPS}/a`)).data).toEqual({ text: 'new' });
});

it('goes back no further than what is kept', async () => {
  await using shop = await faultyCluster({ nodes: 0 });
  await shop.cluster.apply(configMap('a'));
  await shop.fault({ match: { resource: 'configmaps' }, stale: 20_000 });
  const { status, body } = await shop.read(CONFIG_MAPS);
  expect([status, (body as unknown as Read).items?.map(({ metadata }) => metadata.name)]).toEqual([200, []]);
});
