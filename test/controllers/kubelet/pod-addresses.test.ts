import { expect, test } from 'vitest';
import { PodIps } from '../../../controllers/kubelet/pod-ips.ts';
import { podCidr } from '../../../server/kube/pod-cidrs.ts';

test('an address is not handed out again until the range has wrapped', () => {
  const ips = new PodIps('10.244.1.0/24');
  const first = ips.take() ?? '';
  expect(first).toBe('10.244.1.2');
  ips.release(first);
  const seen = new Set([first]);
  for (let next = ips.take() ?? ''; next !== first; next = ips.take() ?? '') {
    expect(seen.has(next), next).toBe(false);
    seen.add(next);
    ips.release(next);
  }
  expect(seen.size).toBe(253); // neither the network, nor the node's bridge, nor broadcast
});

test('a node whose addresses are all in use has none to give, until one is released', () => {
  const ips = new PodIps('10.244.2.0/29');
  const taken = Array.from({ length: 5 }, () => ips.take());
  expect(taken).toEqual([2, 3, 4, 5, 6].map((last) => `10.244.2.${last}`));
  expect(ips.take()).toBeUndefined();
  ips.release('10.244.2.4');
  expect(ips.take()).toBe('10.244.2.4');
});

test('an address that a pod has from before is not given to another', () => {
  const ips = new PodIps('10.244.3.0/29');
  ips.reserve('10.244.3.2');
  expect(ips.take()).toBe('10.244.3.3');
});

test('nodes get ranges of 256 addresses from 10.244.1.0 on, then the rest of 10.224.0.0/11', () => {
  const shown = [0, 1, 254, 255, 256].map(podCidr);
  expect(shown).toEqual(['10.244.1.0/24', '10.244.2.0/24', '10.244.255.0/24', '10.245.0.0/24', '10.245.1.0/24']);
  expect(podCidr(11 * 256 + 255)).toBe('10.224.0.0/24');
  expect(new Set(Array.from({ length: 8191 }, (_, index) => podCidr(index))).size).toBe(8191);
});
