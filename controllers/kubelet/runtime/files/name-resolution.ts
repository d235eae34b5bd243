/** How a pod finds names: k8s.io/kubernetes/pkg/kubelet/network/dns, written as containerd writes it. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import { CLUSTER_DOMAIN, clusterDnsAddress } from '../../../../server/kube/network/cluster-dns.ts';
import type { Key } from '../../../../server/kube/object.ts';
import type { Pod, Service } from '../../../../server/kube/types.gen.ts';
import type { PodSources } from './sources.ts';

/** What nodes ask themselves. */
export const NODE_NAME_SERVER = '172.18.0.1';

const NAME_SERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_LENGTH_MAX = 253;
const SEARCHES_LENGTH_MAX = 2048;

interface Resolution {
  readonly servers: readonly string[];
  readonly searches: readonly string[];
  readonly options: ReadonlyMap<string, string | undefined>;
}

const NOTHING: Resolution = { servers: [], searches: [], options: new Map() };
const OF_NODE: Resolution = { ...NOTHING, servers: [NODE_NAME_SERVER] };

function ofCluster(namespace: string, services: PodSources['services']): Resolution {
  const find = ({ namespace, name }: Key): Frozen<Service> | undefined =>
    services(namespace).find(({ metadata }) => metadata.name === name);
  return {
    servers: [clusterDnsAddress(find)],
    searches: [`${namespace}.svc.${CLUSTER_DOMAIN}`, `svc.${CLUSTER_DOMAIN}`, CLUSTER_DOMAIN],
    options: new Map([['ndots', '5']]),
  };
}

function byPolicy({ metadata: { namespace = '' }, spec }: Frozen<Pod>, services: PodSources['services']): Resolution {
  const { dnsPolicy, hostNetwork } = spec;
  if (dnsPolicy === 'None') return NOTHING;
  // Whoever shares the node's network asks whom the node asks, unless it wants it otherwise.
  if (dnsPolicy === 'Default' || (hostNetwork && dnsPolicy !== 'ClusterFirstWithHostNet')) return OF_NODE;
  return ofCluster(namespace, services);
}

/** The kubelet leaves out what resolvers do not take. */
function fitting(searches: readonly string[]): string[] {
  const found = searches.slice(0, SEARCHES_MAX).filter(({ length }) => length <= SEARCH_LENGTH_MAX);
  while (found.join(' ').length > SEARCHES_LENGTH_MAX) found.pop();
  return found;
}

/** The content of /etc/resolv.conf. */
export function resolverText(pod: Frozen<Pod>, services: PodSources['services']): string {
  const base = byPolicy(pod, services);
  const { nameservers = [], searches = [], options = [] } = pod.spec.dnsConfig ?? {};
  const servers = [...new Set([...base.servers, ...(nameservers ?? [])])].slice(0, NAME_SERVERS_MAX);
  const all = fitting([...new Set([...base.searches, ...(searches ?? [])])]);
  const merged = new Map(base.options);
  for (const { name = '', value } of options ?? []) merged.set(name, value);
  const words = [...merged].map(([name, value]) => (value ? `${name}:${value}` : name));
  return (
    (all.length > 0 ? `search ${all.join(' ')}\n` : '') +
    servers.map((server) => `nameserver ${server}\n`).join('') +
    (words.length > 0 ? `options ${words.join(' ')}\n` : '')
  );
}
