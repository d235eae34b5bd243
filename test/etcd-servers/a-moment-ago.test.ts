/** What one server has written, another one goes by at once, also when it writes itself. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunningCluster } from '../../server/index.ts';
import { hasEtcd } from '../support/etcd-server.ts';
import { type ServersOnEtcd, twoServers } from '../support/servers-on-etcd.ts';

const TIMES = 15;

describe.skipIf(!hasEtcd)('what another server has written a moment ago', () => {
  let both: ServersOnEtcd<readonly [RunningCluster, RunningCluster]>;
  beforeAll(async () => {
    both = await twoServers({ nodes: 0 });
  });
  afterAll(() => both[Symbol.asyncDispose]());

  type Sent = Parameters<ReturnType<RunningCluster['transport']>['send']>[0];
  const send = async (server: RunningCluster, request: Sent): Promise<object> => server.transport().send(request);
  const mapOf = (name: string, data: object = {}, namespace = 'default') =>
    ({
      resource: 'v1/configmaps',
      key: { namespace, name },
      body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data },
    }) as const;

  /** Each server is the one that writes first in turn. */
  async function inTurns(story: (first: RunningCluster, then: RunningCluster, i: number) => Promise<void>) {
    const [one, other] = both.servers;
    for (let i = 0; i < TIMES; i++)
      await story(...(i % 2 === 0 ? ([one, other] as const) : ([other, one] as const)), i);
  }

  it('can be deleted', () =>
    inTurns(async (first, then, i) => {
      const { body: _body, ...map } = mapOf(`deleted-${i}`);
      await send(first, { verb: 'create', ...mapOf(`deleted-${i}`) });
      await send(then, { verb: 'delete', ...map });
      await send(first, { verb: 'create', ...mapOf(`deleted-${i}`) });
    }));

  it('can be changed', () =>
    inTurns(async (first, then, i) => {
      await send(first, { verb: 'create', ...mapOf(`changed-${i}`) });
      await send(then, { verb: 'update', ...mapOf(`changed-${i}`, { x: '1' }) });
      const patched = await send(first, {
        verb: 'patch',
        ...mapOf(`changed-${i}`),
        patchType: 'merge',
        body: { data: { y: '2' } } as never,
      });
      expect(patched).toMatchObject({ data: { x: '1', y: '2' } });
    }));

  it('is changed back, and not taken for what it was', () =>
    inTurns(async (first, then, i) => {
      const setting = (x: string) =>
        ({ verb: 'patch', ...mapOf(`back-${i}`), patchType: 'merge', body: { data: { x } } as never }) as const;
      await send(first, { verb: 'create', ...mapOf(`back-${i}`, { x: '1' }) });
      await send(then, setting('1'));
      await send(first, setting('2'));
      expect(await send(then, setting('1'))).toMatchObject({ data: { x: '1' } });
      expect(await first.get(`configmaps/back-${i}`, { namespace: 'default' })).toMatchObject({ data: { x: '1' } });
    }));

  it('may be a namespace to write into', () =>
    inTurns(async (first, then, i) => {
      const name = `space-${i}`;
      const key = { namespace: '', name };
      await send(first, { verb: 'create', resource: 'v1/namespaces', key, body: { metadata: { name } } as never });
      await send(then, { verb: 'create', ...mapOf('inside', {}, name) });
    }));

  it('is part of a collection that is deleted', () =>
    inTurns(async (first, then, i) => {
      const { resource, key } = mapOf(`collected-${i}`);
      await send(first, { verb: 'create', ...mapOf(`collected-${i}`) });
      await send(then, { verb: 'deletecollection', resource, key });
      expect(await first.get(`configmaps/collected-${i}`, { namespace: 'default' })).toBeUndefined();
    }));

  it('may be a kind of objects', async () => {
    const [one, other] = both.servers;
    const definition = {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'lamps.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'lamps', singular: 'lamp', kind: 'Lamp', listKind: 'LampList' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
      },
    };
    await one.apply(definition, {
      apiVersion: 'example.com/v1',
      kind: 'Lamp',
      metadata: { name: 'a', namespace: 'default' },
    });
    const key = { namespace: 'default', name: 'a' };
    await send(other, { verb: 'delete', resource: 'example.com/v1/lamps' as never, key });
  });

  it('may be what somebody is allowed', () =>
    inTurns(async (first, then, i) => {
      const name = `reader-${i}`;
      const rbac = 'rbac.authorization.k8s.io';
      await first.apply(
        {
          apiVersion: `${rbac}/v1`,
          kind: 'ClusterRole',
          metadata: { name },
          rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['list'] }],
        },
        {
          apiVersion: `${rbac}/v1`,
          kind: 'ClusterRoleBinding',
          metadata: { name },
          roleRef: { apiGroup: rbac, kind: 'ClusterRole', name },
          subjects: [{ apiGroup: rbac, kind: 'User', name }],
        },
      );
      const user = { name, groups: ['system:authenticated'] };
      await then.transport(user).list({ resource: 'v1/secrets', namespace: 'default' });
    }));
});
