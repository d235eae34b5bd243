import { afterAll, beforeAll, expect, it } from 'vitest';
import { LIMITS } from '../../server/kube/limits.ts';
import { joinedPieces, type Piece } from '../../server/pipeline/encode/json.ts';
import { listChunks } from '../../server/pipeline/encode/list.ts';
import { FrameEncoder } from '../../server/pipeline/encode/watch-frames.ts';
import type { Negotiated } from '../../server/pipeline/media-types.ts';
import type { ListResponse } from '../../server/pipeline/request.ts';
import { encodeMessage } from '../../server/schema/protobuf-encode.ts';
import { JSON_SLOT, type StoredObject } from '../../server/storage/stored-object.ts';
import { cluster } from '../bench/in-process/cluster.ts';
import { BytesRequest } from '../bench/in-process/request.ts';
import { configMap, keyOfMap } from '../support/stored.ts';

const JSON_FORM: Negotiated = {
  form: 'object',
  encoding: 'json',
  pretty: false,
  version: 'v1',
  includeObject: 'Metadata',
};
const PROTOBUF: Negotiated = { ...JSON_FORM, encoding: 'protobuf' };
const PATH = '/api/v1/namespaces/default/configmaps';

let made: Awaited<ReturnType<typeof cluster>>;
beforeAll(async () => {
  made = await cluster();
  const names = Array.from({ length: LIMITS.keptAtOnce + 1 }, (_, i) => `m-${i}`);
  await Promise.all(names.map((name) => made.storage.create(keyOfMap(name), configMap(name))));
});
afterAll(() => made.close());

async function listed(query = ''): Promise<ListResponse> {
  const response = await made.pipeline.handleAs(new BytesRequest('GET', `${PATH}${query}`, '', Buffer.alloc(0)));
  if (response.type !== 'list') throw new Error(response.type);
  return response;
}

async function bytesOf(response: ListResponse, form: Negotiated): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of listChunks(response, form, 0)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

const text = async (response: ListResponse): Promise<string> => (await bytesOf(response, JSON_FORM)).toString();

const kept = (items: readonly StoredObject[]): number =>
  items.filter((item) => item.cachedBytes(JSON_SLOT) !== undefined).length;

it('a list of too many objects, a page of it and the beginning of a watch leave no bytes', async () => {
  const all = await listed();
  expect((JSON.parse(await text(all)) as { items: object[] }).items).toHaveLength(LIMITS.keptAtOnce + 1);
  await text(await listed('?limit=500'));
  const frames = new FrameEncoder(all.served, JSON_FORM, () => 0);
  const parts: Piece[] = [];
  for (const object of all.items) frames.initial({ type: 'ADDED', object }, all.items.length, parts);
  expect(joinedPieces(parts).toString().split('\n')).toHaveLength(all.items.length + 1);
  expect(kept(all.items)).toBe(0);
});

it('as many as may stay do, and a list of all takes what is there', async () => {
  const all = await listed();
  const fewer = { ...all, items: all.items.slice(1) };
  const before = await text(all);
  await text(fewer);
  expect(kept(all.items)).toBe(LIMITS.keptAtOnce);
  expect(await text(all)).toBe(before);
});

it('a list in protobuf is the same, whether its messages stay or not', async () => {
  const all = await listed();
  const many = await bytesOf(all, PROTOBUF);
  const slot = 'protobuf v1';
  expect(all.items.filter((item) => item.cachedBytes(slot))).toHaveLength(0);
  const [first, ...others] = all.items;
  // One item less is few enough to stay, and its bytes stand in the other list as they are.
  const fewer = await bytesOf({ ...all, items: others }, PROTOBUF);
  expect(others.filter((item) => item.cachedBytes(slot))).toHaveLength(LIMITS.keptAtOnce);
  const message = encodeMessage(first?.value ?? {}, all.served.info.type);
  const items = many.subarray(many.indexOf(message) + message.length);
  expect(fewer.subarray(-items.length).equals(items)).toBe(true);
});
