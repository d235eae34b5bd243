import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

async function deployed(name: string): Promise<void> {
  await shop.kubectl('create', 'deploy', name, '--image=nginx');
  await shop.cluster.settle();
}

const left = (name: string): Promise<string> => shop.kubectl('get', 'deploy,rs,pods', '-oname', '-l', `app=${name}`);

describe('kubectl delete', () => {
  it.each(['background', 'foreground'])('takes dependents along with --cascade=%s', async (cascade) => {
    await deployed(cascade);
    expect(await shop.kubectl('delete', 'deploy', cascade, `--cascade=${cascade}`)).toContain(
      `deployment.apps "${cascade}" deleted`,
    );
    await shop.cluster.settle();
    expect(await left(cascade)).toBe('');
  });

  it('leaves dependents with --cascade=orphan', async () => {
    await deployed('orphan');
    await shop.kubectl('delete', 'deploy', 'orphan', '--cascade=orphan');
    await shop.cluster.settle();
    const names = await left('orphan');
    expect(names).toMatch(/^replicaset\.apps\/orphan-\S+\npod\/orphan-\S+\n$/);
    expect(await shop.kubectl('get', 'rs', '-l', 'app=orphan', '-ojsonpath={.items[*].metadata.ownerReferences}')).toBe(
      '',
    );
  });

  it('takes a pod away at once with --force --grace-period=0', async () => {
    await shop.kubectl('run', 'stuck', '--image=nginx', '--overrides={"metadata":{"finalizers":["example.com/stay"]}}');
    await shop.cluster.settle();
    await shop.kubectl('delete', 'pod', 'stuck', '--force', '--grace-period=0', '--wait=false');
    expect(await shop.kubectl('get', 'pod', 'stuck', '-ojsonpath={.metadata.deletionGracePeriodSeconds}')).toBe('0');
    await shop.kubectl('patch', 'pod', 'stuck', '--type=merge', '-p', '{"metadata":{"finalizers":null}}');
    expect((await shop.fails('get', 'pod', 'stuck')).stderr).toContain('pods "stuck" not found');
  });

  it('deletes by selector, by file, and everything of a kind', async () => {
    for (const name of ['one', 'two', 'three']) await shop.kubectl('create', 'cm', name);
    await shop.kubectl('label', 'cm', 'one', 'n=1');
    expect(await shop.kubectl('delete', 'cm', '-l', 'n=1')).toContain('configmap "one" deleted');
    const { stdout } = await shop.run(['delete', '-f', '-'], {
      input: '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"two"}}',
    });
    expect(stdout).toContain('configmap "two" deleted');
    expect(await shop.kubectl('delete', 'cm', '--all')).toContain('configmap "three" deleted');
    expect(await shop.kubectl('delete', 'cm', 'three', '--ignore-not-found')).toBe('');
  });

  it('deletes a namespace with everything in it', async () => {
    await shop.kubectl('create', 'ns', 'doomed');
    await shop.kubectl('create', 'deploy', 'web', '--image=nginx', '-n', 'doomed');
    expect(await shop.kubectl('delete', 'ns', 'doomed')).toContain('namespace "doomed" deleted');
    expect((await shop.fails('get', 'ns', 'doomed')).stderr).toContain('namespaces "doomed" not found');
    expect((await shop.run(['get', 'pods', '-n', 'doomed'])).stderr).toBe('No resources found in doomed namespace.\n');
  });
});
