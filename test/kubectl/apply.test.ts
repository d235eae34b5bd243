import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

const manifest = (color: string): string => `
apiVersion: v1
kind: ConfigMap
metadata:
  name: paint
data:
  color: ${color}
`;

let shop: Shop;
beforeAll(async () => {
  shop = await openShop({ nodes: 0 });
  await shop.apply(manifest('red'));
});
afterAll(() => shop[Symbol.asyncDispose]());

const color = (): Promise<string> => shop.kubectl('get', 'cm', 'paint', '-ojsonpath={.data.color}');

describe('kubectl apply and its relatives', () => {
  it('tells what apply did: created, unchanged, configured', async () => {
    expect(await shop.apply(manifest('red').replace('paint', 'other'))).toBe('configmap/other created\n');
    expect(await shop.apply(manifest('red').replace('paint', 'other'))).toBe('configmap/other unchanged\n');
    expect(await shop.apply(manifest('blue').replace('paint', 'other'))).toBe('configmap/other configured\n');
  });

  it('removes a field that a later manifest does not have any more', async () => {
    await shop.apply(`${manifest('red').replace('paint', 'two')}  size: xl\n`);
    expect(await shop.kubectl('get', 'cm', 'two', '-ojsonpath={.data}')).toBe('{"color":"red","size":"xl"}');
    await shop.apply(manifest('red').replace('paint', 'two'));
    expect(await shop.kubectl('get', 'cm', 'two', '-ojsonpath={.data}')).toBe('{"color":"red"}');
  });

  it('shows the difference that an apply would make, and ends with 1 then and with 0 otherwise', async () => {
    const file = shop.file('paint.yaml');
    await writeFile(file, manifest('green'));
    const { stdout, code } = await shop.run(['diff', '-f', file]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^- +color: red$/m);
    expect(stdout).toMatch(/^\+ +color: green$/m);
    expect(await color()).toBe('red');
    await writeFile(file, manifest('red'));
    expect(await shop.run(['diff', '-f', file])).toMatchObject({ code: 0, stdout: '' });
  });

  it('saves what an editor changed', async () => {
    const { stdout, code } = await shop.run(['edit', 'cm', 'paint'], { env: { EDITOR: 'sed -i s/red/black/' } });
    expect([stdout, code]).toEqual(['configmap/paint edited\n', 0]);
    expect(await color()).toBe('black');
  });

  it('takes every kind of patch', async () => {
    for (const [type, patch] of [
      ['strategic', '{"data":{"color":"white"}}'],
      ['merge', '{"data":{"color":"grey"}}'],
      ['json', '[{"op":"replace","path":"/data/color","value":"pink"}]'],
    ] as const) {
      expect(await shop.kubectl('patch', 'cm', 'paint', `--type=${type}`, '-p', patch)).toBe(
        'configmap/paint patched\n',
      );
    }
    expect(await color()).toBe('pink');
  });

  it('replaces an object, and with --force makes it anew', async () => {
    const file = shop.file('replace.yaml');
    await writeFile(file, manifest('gold'));
    const uid = await shop.kubectl('get', 'cm', 'paint', '-ojsonpath={.metadata.uid}');
    expect(await shop.kubectl('replace', '-f', file)).toBe('configmap/paint replaced\n');
    expect(await shop.kubectl('get', 'cm', 'paint', '-ojsonpath={.metadata.uid}')).toBe(uid);
    await shop.kubectl('replace', '--force', '-f', file);
    expect(await shop.kubectl('get', 'cm', 'paint', '-ojsonpath={.metadata.uid}')).not.toBe(uid);
  });

  it('writes nothing in a dry run', async () => {
    const { stdout } = await shop.run(['apply', '--dry-run=server', '-f', '-'], { input: manifest('dry') });
    expect(stdout).toBe('configmap/paint configured (server dry run)\n');
    expect(await color()).toBe('gold');
  });

  it('says what is wrong with a manifest', async () => {
    const { stderr } = await shop.run(['apply', '-f', '-'], { input: manifest('x').replace('\ndata:', '\ndate:') });
    expect(stderr).toContain('strict decoding error: unknown field "date"');
    const bad = await shop.run(['apply', '-f', '-'], { input: manifest('x').replace('paint', 'Paint_') });
    expect(bad.stderr).toMatch(
      /The ConfigMap "Paint_" is invalid: metadata.name: Invalid value: "Paint_": a lowercase RFC 1123/,
    );
  });
});
