import { expect, test } from 'vitest';
import { sortedSubsets } from '../../../controllers/endpoints/subset-order.ts';
import { fnv128 } from '../../../controllers/lib/fnv128.ts';
import type { EndpointSubset } from '../../../server/kube/types.gen.ts';

const addressOf = (ip: string, i: number): { ip: string; nodeName: string; targetRef: object } => ({
  ip,
  nodeName: 'node01',
  targetRef: { kind: 'Pod', namespace: 'default', name: `p${i}`, uid: `u${i}` },
});

test('the hash is that of hash/fnv', () => {
  expect(fnv128('')).toBe('6c62272e07bb014262b821756295c58d');
  expect(fnv128('é and more')).toBe('2620a5f5bc79b5c065e92774013fa70d');
  const port =
    '(v1.EndpointPort){Name:(string)http Port:(int32)8080 Protocol:(v1.Protocol)TCP AppProtocol:(*string)<nil>}';
  expect(fnv128(port)).toBe('25304a33da9e6ece350a4142a45f5b75');
});

test('subsets stand in the order of the hashes that Go computes', () => {
  const ports = [{ name: 'http', port: 80, protocol: 'TCP' }];
  // What Go's hash of each begins with: d42d, 67bc, 7916, f94c.
  const subsets: EndpointSubset[] = [
    { addresses: [addressOf('10.0.0.1', 0)], ports },
    { notReadyAddresses: [addressOf('10.0.0.2', 1)], ports },
    {
      addresses: [{ ...addressOf('10.0.0.3', 2), hostname: 'h' }],
      ports: [{ name: 'http', port: 80, protocol: 'TCP', appProtocol: 'kubernetes.io/h2c' }],
    },
    { addresses: [{ ip: '10.0.0.4' }] },
  ];
  const ips = sortedSubsets(subsets).map(
    ({ addresses, notReadyAddresses }) => (addresses ?? notReadyAddresses)?.[0]?.ip,
  );
  expect(ips).toEqual(['10.0.0.2', '10.0.0.3', '10.0.0.1', '10.0.0.4']);
});
