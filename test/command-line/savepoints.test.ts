import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CommandLine, commandLine } from '../support/command-line.ts';

const MAP = '{apiVersion: v1, kind: ConfigMap, metadata: {name: kept}, data: {a: "1"}}\n';

describe('fauxkube savepoint and snapshot', () => {
  let cli: CommandLine;
  beforeAll(async () => {
    cli = await commandLine();
    await writeFile(cli.file('map.yaml'), MAP);
    await cli.start(['--fixtures', 'map.yaml', '--seed', '1']);
  });
  afterAll(async () => {
    await cli.endAll();
    await cli[Symbol.asyncDispose]();
  });

  const run = async (...args: string[]): Promise<readonly [code: number | null, said: string]> => {
    const { code, stdout, stderr } = await cli.run(args);
    return [code, stdout + stderr];
  };

  it('save, list, compare, export, bring back and delete a state', async () => {
    expect(await run('savepoint', 'save', 'one')).toEqual([
      0,
      expect.stringMatching(/^savepoint\/one \(\d+ objects at revision \d+\)\n$/),
    ]);
    expect(await run('savepoint', 'list')).toEqual([
      0,
      expect.stringMatching(/^NAME +TIME .*\none +20.*Z +\d+ +\d+\n$/),
    ]);
    expect(await run('savepoint', 'export', 'one')).toEqual([0, expect.stringContaining('name: kept')]);
    await writeFile(
      cli.file('empty.json'),
      '{"kind":"List","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}',
    );
    expect(await run('snapshot', 'restore', 'empty.json')).toEqual([0, 'the cluster is as empty.json says\n']);
    const [, changes] = await run('savepoint', 'diff', 'one');
    expect(changes).toContain('- ConfigMap default/kept\n');
    expect(await run('savepoint', 'restore', 'one')).toEqual([0, expect.stringContaining('savepoint/one (')]);
    const [, json] = await run('savepoint', 'diff', 'one', '--output', 'json');
    expect(JSON.parse(json)).toMatchObject({ created: [], deleted: [] });
    expect(await run('savepoint', 'restore', 'one', '--clock')).toEqual([
      1,
      'fauxkube: time goes on by itself: stop it first (fauxkube clock freeze), or leave out --clock\n',
    ]);
    expect(await run('savepoint', 'delete', 'one')).toEqual([0, 'savepoint/one deleted\n']);
    expect(await run('savepoint', 'restore', 'one')).toEqual([
      1,
      'fauxkube: there is no savepoint "one"; there is none\n',
    ]);
  });

  it('write all objects to a file, and take them back', async () => {
    expect(await run('snapshot', 'save', 'cluster.json')).toEqual([0, 'cluster.json\n']);
    expect(await readFile(cli.file('cluster.json'), 'utf8')).toContain('"name":"kept"');
    expect(await run('snapshot', 'restore', 'cluster.json')).toEqual([0, 'the cluster is as cluster.json says\n']);
    const snapshot = (await cli.run(['snapshot', 'save', '-'])).stdout;
    expect(await cli.runWith(snapshot, ['snapshot', 'restore', '-'])).toEqual({
      code: 0,
      stdout: 'the cluster is as standard input says\n',
      stderr: '',
    });
    await writeFile(cli.file('broken.json'), '{');
    expect(await run('snapshot', 'restore', 'broken.json')).toEqual([
      1,
      expect.stringContaining('fauxkube: the snapshot cannot be used, and nothing was changed: line 1'),
    ]);
    expect(await run('snapshot', 'restore', 'none.json')).toEqual([
      1,
      expect.stringMatching(/^fauxkube: none\.json: there is no such file; .*\/none\.json\)\n$/),
    ]);
    await writeFile(cli.file('manifest.yaml'), 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n');
    expect(await run('snapshot', 'restore', 'manifest.yaml')).toEqual([
      1,
      expect.stringMatching(/it is no snapshot\. .*`fauxkube snapshot save`.*`fauxkube start --fixtures`.*kubectl\n$/),
    ]);
  });
});
