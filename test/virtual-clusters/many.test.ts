import { expect, test } from 'vitest';
import { articleFlow } from '../support/article-flow.ts';
import { host } from './support.ts';

const COUNT = 20;

test('many clusters at once do not see one another', async () => {
  await using main = await host({ nodes: 2 });
  const virtual = await Promise.all(Array.from({ length: COUNT }, (_, i) => main.make({ name: `c${i}` })));
  const addresses = await Promise.all(virtual.map((cluster) => articleFlow((...asked) => cluster.ask(...asked))));
  // Each has its own network: the same addresses in all of them.
  for (const found of addresses) expect(found).toHaveLength(3);
  expect(new Set(addresses.map((found) => found.toSorted().join())).size).toBeLessThan(COUNT);
});
