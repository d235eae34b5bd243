/** Pods run in the server that leads; kubectl may be with another one. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RunningCluster, startCluster } from '../../server/index.ts';
import { ask, readKubeconfig } from '../support/ask.ts';
import { type EtcdServer, hasEtcd, startEtcd } from '../support/etcd-server.ts';
import { openShop, type Shop } from '../support/kubectl.ts';

const POD = {
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'talks' },
  spec: {
    containers: [
      {
        name: 'c',
        image: 'busybox',
        command: ['sh', '-c', 'echo of the leader; mkdir /made; httpd -p 80; sleep 10000'],
      },
    ],
  },
};

describe.skipIf(!hasEtcd)('a server that does not run the pods', () => {
  let etcd: EtcdServer;
  let leader: RunningCluster;
  let shop: Shop;
  beforeAll(async () => {
    etcd = await startEtcd();
    const { storage } = etcd;
    leader = await startCluster({ storage, logLevel: 'error' });
    shop = await openShop({ storage });
    await leader.apply(POD);
    await leader.settle();
  });
  afterAll(async () => {
    await shop[Symbol.asyncDispose]();
    await leader.stop();
    await etcd.close();
  });

  it('shows what they write', async () => {
    expect(await shop.kubectl('logs', 'talks')).toBe('of the leader\n');
    const followed = shop.follow('logs', '-f', 'talks');
    expect(await followed.next()).toBe('of the leader');
    followed.end();
  });

  it('runs commands in them, and copies files', async () => {
    expect(await shop.kubectl('exec', 'talks', '--', 'ls', '-d', '/made')).toBe('/made\n');
    const { code } = await shop.run(['exec', 'talks', '--', 'sh', '-c', 'exit 3']);
    expect(code).toBe(3);
    const { stdout } = await shop.run(['exec', '-i', 'talks', '--', 'cat'], { input: 'there and back' });
    expect(stdout).toBe('there and back');
  });

  it('lets nobody do what they may not do', async () => {
    const path = '/api/v1/namespaces/default/pods/talks/log';
    for (const server of [leader, shop.cluster]) {
      const jane = readKubeconfig(server.kubeconfig({ user: 'jane' }));
      const { status, text } = await ask(`${server.url}${path}`, { credentials: jane });
      expect(status).toBe(403);
      expect(text).toContain('User \\"jane\\" cannot get resource \\"pods/log\\"');
    }
  });

  it('says what the server says that runs them', async () => {
    const gone = await shop.fails('logs', 'nobody');
    expect(gone.stderr).toContain('rror from server (NotFound): pods "nobody" not found');
    const path = '/api/v1/namespaces/default/pods/talks/log?container=other';
    const { url } = shop.cluster;
    const credentials = readKubeconfig(shop.cluster.kubeconfig());
    const own = await ask(`${leader.url}${path}`, { credentials });
    expect(await ask(`${url}${path}`, { credentials })).toEqual(own);
    expect(own.status).toBe(400);
  });
});
