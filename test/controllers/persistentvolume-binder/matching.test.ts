import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CLAIMS, claim, type StorageCluster, storageCluster, VOLUMES, volume } from '../../support/storage.ts';
import { key } from '../../support/workloads.ts';

describe('which volume a claim gets', () => {
  let cluster: StorageCluster;

  beforeEach(async () => {
    cluster = await storageCluster();
  });
  afterEach(() => cluster.stop());

  test('both sides name each other, and say who bound them', async () => {
    await cluster.client.create(VOLUMES, volume('v', { capacity: { storage: '2Gi' } }));
    expect(await cluster.phases()).toEqual({ v: 'Available' });
    await cluster.client.create(CLAIMS, claim('c'));
    expect(await cluster.phases()).toEqual({ v: 'Bound c', c: 'Bound v' });
    const bound = await cluster.claim('c');
    expect(bound?.metadata.annotations).toEqual({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    expect(bound?.status).toMatchObject({ accessModes: ['ReadWriteOnce'], capacity: { storage: '2Gi' } });
    const { metadata, spec } = (await cluster.volume('v')) ?? {};
    expect(metadata?.annotations).toEqual({ 'pv.kubernetes.io/bound-by-controller': 'yes' });
    const { uid } = bound?.metadata ?? {};
    expect(spec?.claimRef).toMatchObject({ kind: 'PersistentVolumeClaim', apiVersion: 'v1', ...key('c'), uid });
  });

  test('the smallest that is large enough', async () => {
    for (const size of ['500Mi', '5Gi', '2Gi', '3Gi'])
      await cluster.client.create(VOLUMES, volume(`v-${size.toLowerCase()}`, { capacity: { storage: size } }));
    await cluster.phases();
    await cluster.client.create(CLAIMS, claim('c'));
    expect(await cluster.phases()).toMatchObject({ c: 'Bound v-2gi' });
  });

  test('one with no more access modes than asked for, however large', async () => {
    await cluster.client.create(VOLUMES, volume('many', { accessModes: ['ReadWriteOnce', 'ReadWriteMany'] }));
    await cluster.client.create(VOLUMES, volume('one', { capacity: { storage: '9Gi' } }));
    await cluster.phases();
    await cluster.client.create(CLAIMS, claim('c'));
    await cluster.client.create(CLAIMS, claim('shared', { accessModes: ['ReadWriteMany'] }));
    expect(await cluster.phases()).toMatchObject({ c: 'Bound one', shared: 'Bound many' });
  });

  test.each([
    ['too small', { capacity: { storage: '1023Mi' } }, {}],
    ['of another class', { storageClassName: 'fast' }, {}],
    ['of another mode', { volumeMode: 'Block' }, {}],
    ['with other access modes', { accessModes: ['ReadOnlyMany'] }, {}],
    ['with other labels', {}, { labels: { tier: 'b' } }],
    ['that is reserved', { claimRef: { namespace: 'default', name: 'other' } }, {}],
  ])('no volume %s', async (_what, spec, metadata) => {
    await cluster.client.create(VOLUMES, volume('v', spec, metadata));
    await cluster.phases();
    await cluster.client.create(
      CLAIMS,
      claim('c', { selector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['b'] }] } }),
    );
    expect(await cluster.phases()).toMatchObject({ c: 'Pending' });
    await cluster.client.create(VOLUMES, volume('fits'));
    expect(await cluster.phases()).toMatchObject({ c: 'Bound fits' });
  });

  test('of many claims and volumes at once none gets two, and none is taken twice', async () => {
    const names = Array.from({ length: 20 }, (_, i) => String(i));
    await Promise.all([
      ...names.map((name) => cluster.client.create(CLAIMS, claim(`c${name}`))),
      ...names.map((name) => cluster.client.create(VOLUMES, volume(`v${name}`))),
    ]);
    const phases = Object.entries(await cluster.phases());
    const bound = phases.filter(([name]) => name.startsWith('c')).map(([, phase]) => phase);
    expect(new Set(bound)).toEqual(new Set(names.map((name) => `Bound v${name}`)));
    for (const [name, phase] of phases.filter(([one]) => one.startsWith('v')))
      expect(Object.fromEntries(phases)[phase.replace('Bound ', '')]).toBe(`Bound ${name}`);
  });

  test('what is bound is not written again when the controller starts anew', async () => {
    await cluster.client.create(VOLUMES, volume('v'));
    await cluster.client.create(VOLUMES, volume('spare', { capacity: { storage: '2Gi' } }));
    await cluster.client.create(CLAIMS, claim('c'));
    await cluster.client.create(CLAIMS, claim('pending', { storageClassName: 'none' }));
    await cluster.phases();
    cluster.writes.length = 0;
    await cluster.restart();
    await cluster.phases();
    expect(cluster.writes).toEqual([]);
  });
});
