import { expect, test } from 'vitest';
import { OwnerGraph } from '../../../controllers/garbage-collector/graph.ts';
import type { KubeObject } from '../../../server/kube/object.ts';

function thing(name: string, ...owners: readonly string[]): KubeObject {
  const ownerReferences = owners.map((owner) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    name: owner,
    uid: `uid-${owner}`,
  }));
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'default', name, uid: `uid-${name}`, ownerReferences },
  };
}

test('what went while the stream of events was broken is found when it begins anew', () => {
  const work: string[] = [];
  const graph = new OwnerGraph({ work: (uid) => work.push(uid), strayReference: () => undefined });
  for (const object of [thing('a'), thing('b', 'a'), thing('c')]) graph.observe(object, 1);
  graph.removeOlderThan(1);
  expect(work).toEqual([]);
  for (const object of [thing('b', 'a'), thing('c')]) graph.observe(object, 2);
  graph.removeOlderThan(2);
  expect(work).toEqual(['uid-b']);
  expect(graph.node('uid-a')?.state).toBe('gone');
});

test('an owner that nobody names is forgotten', () => {
  const graph = new OwnerGraph({ work: () => undefined, strayReference: () => undefined });
  graph.observe(thing('b', 'a'), 1);
  expect(graph.node('uid-a')?.state).toBe('unseen');
  graph.observe(thing('b'), 1);
  expect(graph.node('uid-a')).toBeUndefined();
  graph.remove('uid-b');
  expect(graph.node('uid-b')).toBeUndefined();
});
