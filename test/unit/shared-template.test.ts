import { expect, test } from 'vitest';
import type { KubeObject } from '../../server/kube/object.ts';
import { SharedTemplate } from '../../server/registry/shared-template.ts';
import { builtInTypes } from '../../server/schema/type-table.ts';

function shared(...pods: KubeObject[]): KubeObject[] {
  const spec = builtInTypes().type('io.k8s.api.core.v1.Pod').byName.get('spec');
  if (!spec) throw new Error('pods have no spec');
  const template = new SharedTemplate(spec.type);
  for (const each of pods) template.share(each);
  return pods;
}

const pod = (name: string, app: string, uid = 'u-1'): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    labels: { app },
    ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: app, uid, controller: true }],
  },
  spec: { containers: [{ name: 'main', image: app }] },
});

test('pods of one template have one spec, one map of labels and one list of owners', () => {
  const [first, second] = shared(pod('a', 'web'), pod('b', 'web'));
  expect(second?.spec).toBe(first?.spec);
  expect(second?.metadata.labels).toBe(first?.metadata.labels);
  expect(second?.metadata.ownerReferences).toBe(first?.metadata.ownerReferences);
});

test('others have their own', () => {
  const [first, second] = shared(pod('a', 'web'), pod('b', 'shop', 'u-2'));
  expect(second?.metadata.labels).toEqual({ app: 'shop' });
  expect(second?.metadata.ownerReferences?.[0]?.uid).toBe('u-2');
  expect(first?.metadata.labels).toEqual({ app: 'web' });
});

test('what is shared cannot be changed by whoever has it', () => {
  const [first] = shared(pod('a', 'web'));
  expect(Object.isFrozen(first?.metadata.labels)).toBe(true);
  expect(Object.isFrozen(first?.metadata.ownerReferences?.[0])).toBe(true);
  expect(Object.isFrozen(first?.metadata)).toBe(false);
});
