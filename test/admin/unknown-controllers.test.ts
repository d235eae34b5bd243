import { expect, it } from 'vitest';
import { adminCluster } from './support.ts';

it('a name that a controller begins with is taken for a hint, not for the controller', async () => {
  await using shop = await adminCluster();
  const { status, text } = await shop.admin('PUT', '/-/controllers/deploy', { enabled: false });
  expect([status, (JSON.parse(text) as { message: string }).message]).toEqual([
    404,
    'there is no controller "deploy"; did you mean deployment-controller?',
  ]);
});
