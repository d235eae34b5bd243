import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openShop, type Shop } from '../support/kubectl.ts';

const map = (data: object): { input: string } => ({
  input: JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'c' }, data }),
});
const APPLY = ['apply', '--server-side', '-f', '-'];

let shop: Shop;
beforeAll(async () => {
  shop = await openShop();
});
afterAll(() => shop[Symbol.asyncDispose]());

describe('kubectl apply --server-side', () => {
  it('creates, finds conflicts, and takes over by force', async () => {
    expect((await shop.run(APPLY, map({ x: '1' }))).stdout).toBe('configmap/c serverside-applied\n');
    await shop.kubectl('patch', 'cm', 'c', '--type=merge', '-p', '{"data":{"x":"2"}}', '--field-manager=other');
    const refused = await shop.run(APPLY, map({ x: '3' }));
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain('Apply failed with 1 conflict: conflict with "other" using v1: .data.x');
    await shop.run([...APPLY, '--force-conflicts'], map({ x: '3' }));
    expect(await shop.kubectl('get', 'cm', 'c', '-o', 'jsonpath={.data.x}')).toBe('3');
  });

  it('shows what it would change', async () => {
    const { code, stdout } = await shop.run(['diff', '--server-side', '-f', '-'], map({ x: '4' }));
    expect(code).toBe(1);
    expect(stdout).toContain('+  x: "4"');
  });
});
