import { expect, test } from 'vitest';
import { NodeStock } from '../../../controllers/kubelet/node-stock.ts';
import type { ControllerEnv } from '../../../controllers/lib/controller.ts';
import type { Node, Pod } from '../../../server/kube/types.gen.ts';

/** Informers that know no pods. */
const env = { lister: () => ({ onNode: () => [] }) } as unknown as ControllerEnv;

const node = (name: string, podCIDR: string): Node =>
  ({ metadata: { name }, spec: { podCIDR }, status: {} }) as unknown as Node;

const pod = { metadata: { name: 'p' }, spec: {}, status: {} } as unknown as Pod;

test('a node with the range of one that came back with another gives nobody the address of a pod there', () => {
  const stock = new NodeStock();
  const stays = stock.address(pod, node('a', '10.244.1.0/29'), '', env);
  expect(stays).toBe('10.244.1.2');
  stock.forgetNode('a');
  expect(stock.address(pod, node('a', '10.244.2.0/29'), '', env)).toBe('10.244.2.2');
  const other = node('b', '10.244.1.0/29');
  expect(stock.address(pod, other, '', env)).toBe('10.244.1.3');
  stock.release('a', '10.244.1.2');
  const rest = [1, 2, 3, 4, 5].map(() => stock.address(pod, other, '', env));
  expect(rest).toEqual(['10.244.1.4', '10.244.1.5', '10.244.1.6', '10.244.1.2', undefined]);
});
