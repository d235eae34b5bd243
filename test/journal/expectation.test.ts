import { afterAll, beforeAll, expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';

let cluster: RunningCluster;
beforeAll(async () => {
  cluster = await startCluster({ nodes: 1, logLevel: 'error' });
});
afterAll(() => cluster.stop());

it('passes and fails by how often a request came', async () => {
  const { requests } = cluster;
  const mark = requests.mark();
  await cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}');
  const creation = requests.expectRequest({ verb: 'create', name: 'a' });
  creation.toHaveBeenMade();
  creation.toHaveBeenMade({ times: 1, since: mark });
  expect(() => creation.toHaveBeenMade({ times: 2 })).toThrow(
    'expected 2 requests with name "a", verb "create", and there was 1',
  );
  expect(() => creation.notToHaveBeenMade()).toThrow(
    /^expected no request with .*, and there was #\d+ create configmaps default\/a by kubernetes-admin \(201\)$/,
  );
  expect(() => requests.expectRequest({ verb: 'delete', name: 'a' }).toHaveBeenMade()).toThrow(
    /^expected a request with name "a", verb "delete", and there was none\n {2}#\d+ create .*: verb is "create", not/,
  );
  requests.expectRequest({ verb: 'delete' }).notToHaveBeenMade({ since: mark });
});

it('waits for requests, and tells which were nearest', async () => {
  const { requests } = cluster;
  const waited = requests.waitFor({ resource: 'configmaps', name: 'b', code: 201 });
  await cluster.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: b}}');
  expect((await waited).map(({ objectRef }) => objectRef?.name)).toEqual(['b']);
  await expect(requests.waitFor({ name: 'c', verb: 'create' }, { since: 0, timeoutSeconds: 0 })).rejects.toThrow(
    /^0 of 1 request with name "c", verb "create" came in 0 s\n {2}#\d+ create configmaps default\/b/,
  );
});

it('keeps nothing at the level none', async () => {
  await using quiet = await startCluster({ nodes: 0, logLevel: 'error', journalLevel: 'none' });
  await quiet.apply('{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}');
  expect(quiet.requests.since()).toEqual([]);
  expect(() => quiet.requests.expectRequest({}).toHaveBeenMade()).toThrow('with any request, and there was none');
});
