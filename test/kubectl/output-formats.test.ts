import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, rows, type Shop } from '../support/kubectl.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
  await shop.cluster.apply(
    ['b', 'a']
      .map(
        (name) => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: web, letter: ${name}}}
spec:
  containers: [{name: main, image: nginx, ports: [{containerPort: 80}]}]
`,
      )
      .join('---\n'),
  );
  await shop.cluster.settle();
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('kubectl get', () => {
  it('prints YAML and JSON that it takes back', async () => {
    const yaml = await shop.kubectl('get', 'pod', 'a', '-oyaml');
    expect(yaml).toMatch(/^apiVersion: v1\nkind: Pod\nmetadata:\n/);
    const { stdout } = await shop.run(['apply', '--dry-run=server', '-f', '-'], { input: yaml });
    expect(stdout).toBe('pod/a configured (server dry run)\n');
    const json = JSON.parse(await shop.kubectl('get', 'pods', '-ojson')) as { kind: string; items: object[] };
    expect([json.kind, json.items.length]).toEqual(['List', 2]);
  });

  it('prints names, JSONPath, Go templates and columns of the user', async () => {
    expect(await shop.kubectl('get', 'pods', '-oname')).toBe('pod/a\npod/b\n');
    const path = '-ojsonpath={range .items[*]}{.metadata.name}={.status.phase} {end}';
    expect(await shop.kubectl('get', 'pods', path)).toBe('a=Running b=Running ');
    const template = '{{range .items}}{{.metadata.labels.letter}}{{end}}';
    expect(await shop.kubectl('get', 'pods', `-ogo-template=${template}`)).toBe('ab');
    const columns = '-ocustom-columns=WHO:.metadata.name,IMAGE:.spec.containers[*].image';
    expect(await shop.kubectl('get', 'pods', columns)).toBe('WHO   IMAGE\na     nginx\nb     nginx\n');
  });

  it('prints labels as columns and sorts', async () => {
    const table = rows(await shop.kubectl('get', 'pods', '-L', 'letter', '--sort-by=.metadata.labels.letter'));
    expect(table.map(({ NAME, LETTER }) => [NAME, LETTER])).toEqual([
      ['a', 'a'],
      ['b', 'b'],
    ]);
    expect(await shop.kubectl('get', 'pods', '--show-labels', '--no-headers')).toMatch(/app=web,letter=a\n/);
  });

  it('selects by labels and fields', async () => {
    expect(await shop.kubectl('get', 'pods', '-oname', '-l', 'letter in (b, c)')).toBe('pod/b\n');
    expect(await shop.kubectl('get', 'pods', '-oname', '--field-selector=metadata.name!=b')).toBe('pod/a\n');
  });

  it('lists several kinds and all namespaces at once', async () => {
    const text = await shop.kubectl('get', 'pods,services', '-A');
    expect(text).toMatch(/^default +pod\/a +1\/1 +Running/m);
    expect(text).toMatch(/^default +service\/kubernetes +ClusterIP +10\.96\.0\.1 +<none> +443\/TCP/m);
  });

  it('lists in pages without a difference', async () => {
    const whole = await shop.kubectl('get', 'clusterroles', '-oname', '--chunk-size=0');
    expect(await shop.kubectl('get', 'clusterroles', '-oname', '--chunk-size=7')).toBe(whole);
  });

  it('says what there is not', async () => {
    expect((await shop.fails('get', 'pod', 'nope')).stderr).toBe(
      'Error from server (NotFound): pods "nope" not found\n',
    );
    expect((await shop.fails('get', 'unicorns')).stderr).toBe(
      `error: the server doesn't have a resource type "unicorns"\n`,
    );
    expect((await shop.run(['get', 'jobs'])).stderr).toBe('No resources found in default namespace.\n');
  });
});
