/** What a container finds in itself besides its image: variables, volumes and files of the container runtime. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import { CLUSTER_DNS, CLUSTER_DOMAIN } from '../../../../server/kube/network/cluster-dns.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';
import type { Mount } from '../machine/file-view.ts';
import type { AnyContainer } from '../pod-runtime.ts';

export interface Surroundings {
  /** The variables of a container, as they are when it starts. */
  environment(container: AnyContainer): Readonly<Record<string, string>>;
  /** Its volumes. */
  mounts(container: AnyContainer): readonly Mount[];
  /** Files that a container runtime writes, by path. */
  files(container: AnyContainer): Readonly<Record<string, string>>;
}

/** Variables that have a value in the pod itself, and the pod's own address. */
export function ownSurroundings(pod: Frozen<Pod>): Surroundings {
  const { name = '' } = pod.metadata;
  const hostname = pod.spec.hostname ?? name;
  return {
    environment: ({ env = [] }) =>
      Object.fromEntries(env.flatMap(({ name: key, value }) => (value === undefined ? [] : [[key, value]]))),
    mounts: () => [],
    files: () => ({
      '/etc/hostname': `${hostname}\n`,
      '/etc/hosts': `127.0.0.1\tlocalhost\n::1\tlocalhost\n${pod.status.podIP}\t${hostname}\n${aliasesOf(pod)}`,
      '/etc/resolv.conf': resolverText(pod),
    }),
  };
}

function aliasesOf({ spec: { hostAliases } }: Frozen<Pod>): string {
  return (hostAliases ?? []).map(({ ip, hostnames }) => `${ip}\t${(hostnames ?? []).join('\t')}\n`).join('');
}

function resolverText({ metadata: { namespace = '' } }: Frozen<Pod>): string {
  const searches = [`${namespace}.svc`, 'svc', ''].map((part) => (part === '' ? '' : `${part}.`) + CLUSTER_DOMAIN);
  return `search ${searches.join(' ')}\nnameserver ${CLUSTER_DNS}\noptions ndots:5\n`;
}
