import { expect, test } from 'vitest';
import { Client } from '../../../controllers/lib/client.ts';
import { JointPatches, joined } from '../../../controllers/lib/joint-patches.ts';
import { ApiError } from '../../../server/kube/api-error.ts';
import type { ClientRequest, Transport } from '../../../server/kube/transport.ts';

const NODE = { namespace: '', name: 'n' };

/** A client whose patches are listed by what they say. @param refuses patches that fail */
function recorder(refuses: (body: string) => boolean = () => false): { client: Client; sent: string[] } {
  const sent: string[] = [];
  const send = async ({ body }: ClientRequest) => {
    const text = JSON.stringify(body);
    sent.push(text);
    if (refuses(text)) throw new ApiError(409, 'Conflict', 'changed');
    return { metadata: { name: 'n' } };
  };
  return { client: new Client({ send } as unknown as Transport), sent };
}

test('what is said of one object at once is one patch', async () => {
  const { client, sent } = recorder();
  const patches = new JointPatches();
  await Promise.all([
    patches.patch(client, 'v1/nodes', NODE, { metadata: { uid: 'u' }, spec: { podCIDR: 'a' } }),
    patches.patch(client, 'v1/nodes', NODE, { metadata: { labels: { b: 'c' } } }),
    patches.patch(client, 'v1/nodes', { ...NODE, name: 'other' }, { spec: { podCIDR: 'd' } }),
  ]);
  expect(sent).toEqual([
    '{"metadata":{"uid":"u","labels":{"b":"c"}},"spec":{"podCIDR":"a"}}',
    '{"spec":{"podCIDR":"d"}}',
  ]);
});

test('the failure of one is not that of the others', async () => {
  const { client, sent } = recorder((body) => body.includes('resourceVersion'));
  const patches = new JointPatches();
  const outcomes = await Promise.allSettled([
    patches.patch(client, 'v1/nodes', NODE, { spec: { podCIDR: 'a' } }),
    patches.patch(client, 'v1/nodes', NODE, { metadata: { resourceVersion: '1' } }),
  ]);
  expect(outcomes.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect(sent).toHaveLength(3);
});

test('two that say different things of one field are not joined', () => {
  expect(joined({ spec: { taints: [1] } }, { spec: { taints: [2] } })).toBeUndefined();
  expect(joined({ metadata: { labels: { a: null } } }, { metadata: { labels: { a: 'b' } } })).toBeUndefined();
  expect(joined({ metadata: { uid: 'u' } }, { metadata: { uid: 'u', labels: {} } })).toEqual({
    metadata: { uid: 'u', labels: {} },
  });
});
