/** Files that kubelet and container runtime write into every container. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import type { Node, Pod } from '../../../../server/kube/types.gen.ts';
import type { AnyContainer } from '../pod-runtime.ts';
import { NODE_NAME_SERVER, resolverText } from './name-resolution.ts';
import { hostIPs } from './pod-fields.ts';
import { podHostname } from './pod-hostname.ts';
import type { PodSources } from './sources.ts';

const LOCAL_NAMES =
  '127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n' +
  'fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n';

function nodeHostsText(node: Frozen<Node> | undefined): string {
  const own = hostIPs(node).map((address) => `${address}\t${node?.metadata.name}\n`);
  return LOCAL_NAMES + own.join('');
}

/** What lies in the folder /etc of a node because of its name and address. */
export function nodeSettings(name: string, node: Frozen<Node> | undefined): Record<string, string> {
  return {
    hostname: `${name}\n`,
    hosts: nodeHostsText(node),
    'resolv.conf': `nameserver ${NODE_NAME_SERVER}\n`,
  };
}

function aliasesText({ spec: { hostAliases = [] } }: Frozen<Pod>): string {
  if (!hostAliases?.length) return '';
  const lines = hostAliases.map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}\n`);
  return `\n# Entries added by HostAliases.\n${lines.join('')}`;
}

function hostsText(pod: Frozen<Pod>, sources: Pick<PodSources, 'node' | 'podIPs'>): string {
  if (pod.spec.hostNetwork)
    return `# Kubernetes-managed hosts file (host network).\n${nodeHostsText(sources.node())}${aliasesText(pod)}`;
  const { hostname, domain } = podHostname(pod);
  const names = domain === '' ? hostname : `${hostname}.${domain}\t${hostname}`;
  const own = sources.podIPs().map((address) => `${address}\t${names}\n`);
  return `# Kubernetes-managed hosts file.\n${LOCAL_NAMES}${own.join('')}${aliasesText(pod)}`;
}

/**
 * /etc/hosts, /etc/hostname and /etc/resolv.conf, unless the container mounts something of its own there.
 *
 * @example
 * new Machine({ ..., files: () => runtimeFiles(pod, container, sources) })
 */
export function runtimeFiles(
  pod: Frozen<Pod>,
  container: AnyContainer,
  sources: Pick<PodSources, 'node' | 'podIPs' | 'services'>,
): Record<string, string> {
  const files: Record<string, string> = {
    '/etc/hosts': hostsText(pod, sources),
    '/etc/hostname': `${podHostname(pod).kernelName}\n`,
    '/etc/resolv.conf': resolverText(pod, (namespace) => sources.services(namespace)),
  };
  for (const { mountPath } of container.volumeMounts ?? []) delete files[mountPath];
  return files;
}
