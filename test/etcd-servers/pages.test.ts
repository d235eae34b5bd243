/** What one server has told a client, it goes on with at another one that was started later. */
import { expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import type { ConfigMapList } from '../../server/kube/types.gen.ts';
import { hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { ADMIN_TOKEN } from '../support/secured-cluster.ts';
import { openWatch, told } from '../support/watch-stream.ts';

const MAPS = '/api/v1/namespaces/pages/configmaps';

it.skipIf(!hasEtcd)('pages, lists of a version and watches go on at a server that is started later', async () => {
  const etcd = await startEtcd();
  const { storage } = etcd;
  const options = { storage, nodes: 0, httpPort: 0, tokenFile: 'test/support/tokens.csv' };
  const list = async (server: RunningCluster, query: string): Promise<ConfigMapList> => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}` };
    const answer = await fetch(`${server.httpUrl}${MAPS}?${query}`, { headers });
    return (await answer.json()) as ConfigMapList;
  };
  const names = ({ items }: ConfigMapList): (string | undefined)[] =>
    (items ?? []).map(({ metadata }) => metadata.name);
  const map = (name: string, data: object = {}): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'pages' },
    data,
  });
  {
    await using one = await startCluster(options);
    await one.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'pages' } });
    await one.settle();
    for (const name of ['a', 'b', 'c', 'd', 'e']) await one.apply(map(name));
    const before = await list(one, 'limit=3');
    const { resourceVersion, continue: token } = before.metadata;
    expect(names(before)).toEqual(['a', 'b', 'c']);
    await one.apply(map('d', { changed: '1' }), map('d2'));
    const key = { namespace: 'pages', name: 'e' };
    await one.transport().send({ verb: 'delete', resource: 'v1/configmaps', key });

    await using later = await startCluster(options);
    const rest = await list(later, `continue=${token}`);
    expect(names(rest)).toEqual(['d', 'e', 'kube-root-ca.crt']);
    expect(rest.items?.[0]?.data).toBeUndefined();
    expect(rest.metadata.resourceVersion).toBe(resourceVersion);
    const exact = await list(later, `resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`);
    expect(names(exact)).toEqual(['a', 'b', 'c', 'd', 'e', 'kube-root-ca.crt']);
    const port = Number(new URL(later.httpUrl ?? '').port);
    using watch = await openWatch(port, `${MAPS}?watch=true&resourceVersion=${resourceVersion}`);
    expect(told(await watch.until(3))).toEqual(['MODIFIED d', 'ADDED d2', 'DELETED e']);
  }
  await etcd.close();
});
