import { expect, test } from 'vitest';
import { decodeProtobuf, readEnvelope } from '../../../server/schema/protobuf.ts';
import { builtInTypes } from '../../../server/schema/type-table.ts';
import { create, type SecuredCluster, securedCluster } from '../../support/secured-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';
const PROTOBUF = 'application/vnd.kubernetes.protobuf';

/** Events of a watch: four bytes of length, then a WatchEvent that holds an object in its envelope. */
async function watched(cluster: SecuredCluster, query: string, count: number): Promise<string[]> {
  const stop = new AbortController();
  const headers = { accept: PROTOBUF, authorization: 'Bearer admin-token' };
  const response = await fetch(`http://127.0.0.1:${cluster.port}${MAPS}?watch=true&${query}`, {
    headers,
    signal: stop.signal,
  });
  expect(response.headers.get('content-type')).toBe(`${PROTOBUF};stream=watch`);
  const found: string[] = [];
  let pending = Buffer.alloc(0);
  for await (const part of response.body ?? []) {
    pending = Buffer.concat([pending, part as Uint8Array]);
    while (pending.length >= 4 && pending.length >= 4 + pending.readUInt32BE()) {
      const end = 4 + pending.readUInt32BE();
      found.push(eventOf(pending.subarray(4, end)));
      pending = pending.subarray(end);
    }
    if (found.length >= count) break;
  }
  stop.abort();
  return found;
}

function eventOf(bytes: Buffer): string {
  const text = bytes.subarray(2, 2 + (bytes[1] ?? 0)).toString();
  const object = readEnvelope(bytes.subarray(bytes.indexOf('k8s\0')));
  const configMap = builtInTypes().type('io.k8s.api.core.v1.ConfigMap');
  const { metadata } = decodeProtobuf(object, configMap) as { metadata: { name?: string; annotations?: object } };
  const { name = '', annotations } = metadata;
  return `${text} ${object.kind} ${name}${annotations ? JSON.stringify(annotations) : ''}`;
}

test('a watch in protobuf brings what is there, a bookmark, and what comes', async () => {
  await using cluster = await securedCluster();
  for (const name of ['a', 'b']) await create(cluster, MAPS, { metadata: { name }, data: { k: 'v' } });
  const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
  const events = watched(cluster, query, 4);
  await create(cluster, MAPS, { metadata: { name: 'c' } });
  const names = await events;
  expect(names.filter((text) => !text.startsWith('BOOKMARK')).sort()).toEqual([
    'ADDED ConfigMap a',
    'ADDED ConfigMap b',
    'ADDED ConfigMap c',
  ]);
  expect(names.filter((text) => text.startsWith('BOOKMARK'))).toEqual([
    'BOOKMARK ConfigMap {"k8s.io/initial-events-end":"true"}',
  ]);
});
