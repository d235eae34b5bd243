import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('kubectl wait', () => {
  it('ends when a condition, a field or a deletion is there', async () => {
    await shop.kubectl('create', 'deploy', 'web', '--image=nginx');
    expect(await shop.kubectl('wait', '--for=condition=Available', 'deploy/web')).toBe(
      'deployment.apps/web condition met\n',
    );
    await shop.kubectl('wait', '--for=jsonpath={.status.phase}=Running', 'pod', '-l', 'app=web');
    const waiting = shop.kubectl('wait', '--for=delete', 'deploy/web', '--timeout=20s');
    await shop.kubectl('delete', 'deploy', 'web');
    await waiting; // it prints nothing when the deployment was gone before it asked
  });

  it('gives up in time', async () => {
    await shop.kubectl('run', 'lost', '--image=nginx', '--overrides={"spec":{"nodeSelector":{"a":"b"}}}');
    const { stderr } = await shop.fails('wait', '--for=condition=Ready', 'pod/lost', '--timeout=1s');
    expect(stderr).toBe('error: timed out waiting for the condition on pods/lost\n');
  });
});

describe('kubectl get --watch', () => {
  it('prints what is there and then each change', async () => {
    await shop.kubectl('create', 'deploy', 'seen', '--image=nginx', '--replicas=0');
    await shop.cluster.settle();
    const watch = shop.follow('get', 'deploy', 'seen', '-w');
    expect(await watch.next()).toMatch(/^NAME +READY +UP-TO-DATE +AVAILABLE +AGE$/);
    expect(await watch.next()).toMatch(/^seen +0\/0 +0 +0 +\d+s$/);
    await shop.kubectl('scale', 'deploy', 'seen', '--replicas=1');
    let line = '';
    while (!/^seen +1\/1 +1 +1 /.test(line)) line = await watch.next();
    watch.end();
  });

  it('prints the kind of each event when asked', async () => {
    const watch = shop.follow('get', 'cm', '-w', '--output-watch-events', '--field-selector=metadata.name=short');
    await shop.kubectl('create', 'cm', 'short', '--from-literal=a=b');
    await watch.next();
    expect(await watch.next()).toMatch(/^ADDED +short +1 /);
    await shop.kubectl('delete', 'cm', 'short');
    expect(await watch.next()).toMatch(/^DELETED +short +1 /);
    watch.end();
  });
});
