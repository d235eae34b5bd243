import { expect, test } from 'vitest';
import { EndpointBuilder } from '../../../controllers/endpointslice/endpoint.ts';
import { planSlices } from '../../../controllers/endpointslice/plan.ts';
import type { Frozen } from '../../../server/base/freeze.ts';
import type { Node, Pod, Service } from '../../../server/kube/types.gen.ts';
import { addressesIn } from './support.ts';

// The service network of a cluster has one family, so that no API makes such a service.
test('a service of two families has slices of both, with addresses in their canonical form', () => {
  const metadata = { namespace: 'default', name: 'web', uid: 'u' };
  const service = {
    metadata,
    spec: {
      ipFamilies: ['IPv4', 'IPv6'],
      clusterIP: '10.96.0.9',
      ports: [{ port: 80, protocol: 'TCP', targetPort: 80 }],
    },
  } as unknown as Frozen<Service>;
  const podOf = (name: string, ips: readonly string[]): Frozen<Pod> =>
    ({
      metadata: { namespace: 'default', name },
      spec: { nodeName: 'node01' },
      status: { podIPs: ips.map((ip) => ({ ip })) },
    }) as unknown as Frozen<Pod>;
  const pods = [podOf('a', ['10.0.0.1', 'fd00:0:0::01']), podOf('b', ['010.0.0.2', '::ffff:10.0.0.3'])];
  const node = (): Frozen<Node> => ({ metadata: {} }) as Frozen<Node>;
  const plans = planSlices({ builder: new EndpointBuilder(service), pods, slices: [], node });
  const created = plans.flatMap(({ create }) => create) as Parameters<typeof addressesIn>[0];
  expect(created.map(({ addressType }, i) => [addressType, addressesIn(created)[i]])).toEqual([
    ['IPv4', ['10.0.0.1', '10.0.0.2', '10.0.0.3']],
    ['IPv6', ['fd00::1']],
  ]);
});
