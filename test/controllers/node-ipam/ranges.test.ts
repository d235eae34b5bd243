import { expect, test } from 'vitest';
import { CidrSet } from '../../../controllers/node-ipam/cidr-set.ts';
import { clusterRanges } from '../../../controllers/node-ipam/cluster-ranges.ts';
import { parseCidr } from '../../../server/kube/ip-addresses.ts';
import { nodeCluster } from '../../support/node-cluster.ts';

function setOf(cidr: string, maskSize: number): CidrSet {
  const block = parseCidr(cidr);
  if (!block) throw new Error(cidr);
  return new CidrSet(block, maskSize);
}

test('a node without a range gets the next that nobody has', async () => {
  await using nodes = await nodeCluster({ nodes: 2 });
  await nodes.createNode('own', { spec: { podCIDR: '10.244.3.0/24' } });
  await nodes.createNode('new');
  expect((await nodes.node('new')).spec).toMatchObject({ podCIDR: '10.244.4.0/24', podCIDRs: ['10.244.4.0/24'] });
  expect((await nodes.node('own')).spec.podCIDRs).toEqual(['10.244.3.0/24']);
});

test('ranges of both families come from --cluster-cidr, and pods get their addresses there', async () => {
  await using nodes = await nodeCluster({
    nodes: 1,
    clusterCidr: '10.50.0.0/16,fd00:50::/56',
    nodeCidrMaskSizeIpv4: 26,
  });
  expect((await nodes.node('node01')).spec.podCIDRs).toEqual(['10.50.0.0/26', 'fd00:50::/64']);
  await nodes.createNode('new');
  expect((await nodes.node('new')).spec.podCIDRs).toEqual(['10.50.0.64/26', 'fd00:50:0:1::/64']);
  await nodes.createPod('web', { nodeName: 'node01' });
  expect((await nodes.pod('web')).status.podIP).toBe('10.50.0.2');
});

test('a range comes back when its node goes, and an Event tells of the node that finds none', async () => {
  await using nodes = await nodeCluster({ nodes: 1, clusterCidr: '10.50.0.0/24', logLevel: 'error' });
  await nodes.createNode('late');
  await nodes.pass(100);
  expect((await nodes.node('late')).spec.podCIDR).toBeUndefined();
  expect(await nodes.events('late')).toContain('Normal CIDRNotAvailable Node late status is now: CIDRNotAvailable');
  await nodes.deleteNode('node01');
  await nodes.pass(1_000_000);
  expect((await nodes.node('late')).spec.podCIDR).toBe('10.50.0.0/24');
});

test('ranges are handed out in order and round, and those of services not at all', () => {
  const set = setOf('10.0.0.0/22', 24);
  set.occupy('10.0.1.0/25');
  expect([set.take(), set.take(), set.take(), set.take()]).toEqual([
    '10.0.0.0/24',
    '10.0.2.0/24',
    '10.0.3.0/24',
    undefined,
  ]);
  set.release('10.0.2.0/24');
  expect(set.take()).toBe('10.0.2.0/24');
  set.release('10.0.0.0/8');
  expect(set.take()).toBe('10.0.3.0/24');
});

test.each([
  ['10.0.0.0', 'is no range of addresses'],
  ['10.0.0.0/16,10.1.0.0/16', 'no more than one range of each IP family'],
])('%s is refused: %s', (clusterCidr, message) => {
  expect(() => clusterRanges({ clusterCidr })).toThrow(message);
});

test('a range has to be as large as that of a node, and not too large', () => {
  expect(() => setOf('10.0.0.0/25', 24)).toThrow('smaller than a node');
  expect(() => setOf('fd00::/32', 64)).toThrow('too many ranges');
});
