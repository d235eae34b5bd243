import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../object.ts';
import type { Node, Pod, Service } from '../types.gen.ts';
import { HEADLESS } from './cluster-objects.ts';

/** The parts of pods, services and nodes that have addresses; in lists nothing says what kind an object is. */
type Addressed = Frozen<{
  readonly spec?: Partial<Pick<Pod['spec'], 'hostNetwork'> & Pick<Service['spec'], 'clusterIPs' | 'externalIPs'>>;
  readonly status?: Partial<
    Pick<Pod['status'], 'podIP' | 'podIPs'> &
      Pick<Node['status'], 'addresses'> &
      Pick<Service['status'], 'loadBalancer'>
  >;
}>;

/** The addresses at which a pod, a service or a node is found: those of the node that a pod shares are not its own. */
export function networkAddresses(object: Frozen<KubeObject>): readonly string[] {
  const { spec = {}, status = {} } = object as Addressed;
  const own = spec.hostNetwork ? [] : [status.podIP, ...(status.podIPs ?? []).map(({ ip }) => ip)];
  const ofNode = (status.addresses ?? []).map(({ address }) => address);
  const all = [...own, ...ofNode, ...(spec.clusterIPs ?? []), ...(spec.externalIPs ?? []), ...balanced(status)];
  return [...new Set(all.filter((address) => address !== undefined))].filter(
    (address) => address !== '' && address !== HEADLESS,
  );
}

/** What load balancers pass on as it is; those that work by themselves are not reached within the cluster. */
function balanced({ loadBalancer }: NonNullable<Addressed['status']>): string[] {
  return (loadBalancer?.ingress ?? []).flatMap(({ ip, ipMode }) =>
    ip !== undefined && ipMode !== 'Proxy' ? [ip] : [],
  );
}

/** Whether an address is one of those that a load balancer has for a service. */
export function isBalanced({ status }: Frozen<Service>, address: string): boolean {
  return balanced(status).includes(address);
}
