import { expect, it } from 'vitest';
import { adminCluster } from '../admin/support.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

interface Kept {
  readonly metadata: { readonly resourceVersion: string };
  readonly items: readonly {
    readonly kind: string;
    readonly metadata: { readonly name: string; readonly resourceVersion: string };
    readonly data?: { readonly n: string };
  }[];
}

it('a snapshot that is taken while others write is the state at one revision', async () => {
  await using shop = await adminCluster();
  const write = async (name: string, n: number): Promise<void> => {
    const body = { metadata: { name }, data: { n: String(n) } };
    const path = n === 0 ? MAPS : `${MAPS}/${name}`;
    const { status, text } = await shop.admin(n === 0 ? 'POST' : 'PUT', path, body);
    expect(status, text).toBe(n === 0 ? 201 : 200);
  };
  let goesOn = true;
  // Each map of a chain has what the one before it had when it was written: any cut in time is a staircase.
  const chain = async (name: string): Promise<number> => {
    let n = 0;
    for (; goesOn; n++) for (const step of ['a', 'b', 'c']) await write(`${name}-${step}`, n);
    return n;
  };
  const chains = ['x', 'y', 'z'].map(chain);
  const kept: Kept[] = [];
  for (let i = 0; i < 15; i++) {
    const { status, text } = await shop.admin('GET', '/-/snapshot?settle=false');
    expect(status).toBe(200);
    kept.push(JSON.parse(text) as Kept);
  }
  goesOn = false;
  expect(Math.min(...(await Promise.all(chains)))).toBeGreaterThan(3);
  for (const { metadata, items } of kept) {
    const revision = Number(metadata.resourceVersion);
    for (const item of items) expect(Number(item.metadata.resourceVersion)).toBeLessThanOrEqual(revision);
    const at = (name: string): number => Number(items.find((item) => item.metadata.name === name)?.data?.n ?? -1);
    for (const name of ['x', 'y', 'z']) {
      const [a, b, c] = ['a', 'b', 'c'].map((step) => at(`${name}-${step}`)) as [number, number, number];
      expect(
        [a - b, b - c, a - c].every((ahead) => ahead === 0 || ahead === 1),
        `${name}: ${a} ${b} ${c}`,
      ).toBe(true);
    }
  }
  expect(new Set(kept.map(({ metadata }) => metadata.resourceVersion)).size).toBeGreaterThan(3);
});
