/** What a pod is called on its network: GeneratePodHostNameAndDomain in k8s.io/kubernetes/pkg/kubelet. */
import type { Frozen } from '../../../../server/base/freeze.ts';
import { CLUSTER_DOMAIN } from '../../../../server/kube/network/cluster-dns.ts';
import type { Pod } from '../../../../server/kube/types.gen.ts';

/** A hostname of Linux has no more. */
const HOSTNAME_LENGTH_MAX = 63;
const KERNEL_NAME_LENGTH_MAX = 64;

export interface PodHostname {
  readonly hostname: string;
  /** Empty when it has no subdomain. */
  readonly domain: string;
  /** What `hostname` prints. */
  readonly kernelName: string;
}

const cut = (name: string): string =>
  name.length <= HOSTNAME_LENGTH_MAX ? name : name.slice(0, HOSTNAME_LENGTH_MAX).replace(/[-.]+$/, '');

/** Its own name unless it says otherwise; a subdomain makes it a name that the cluster's DNS knows. */
export function podHostname({ metadata, spec }: Frozen<Pod>): PodHostname {
  const { hostnameOverride, hostNetwork, nodeName = '', subdomain, setHostnameAsFQDN } = spec;
  if (hostnameOverride !== undefined) {
    const hostname = cut(hostnameOverride);
    return { hostname, domain: '', kernelName: hostname };
  }
  const hostname = cut(spec.hostname ? spec.hostname : (metadata.name ?? ''));
  const domain = subdomain ? `${subdomain}.${metadata.namespace ?? ''}.svc.${CLUSTER_DOMAIN}` : '';
  if (hostNetwork) return { hostname, domain, kernelName: nodeName };
  const isQualified = setHostnameAsFQDN && domain !== '';
  return { hostname, domain, kernelName: isQualified ? `${hostname}.${domain}` : hostname };
}

/** Why a pod cannot have the hostname that it wants: no sandbox is made for it. */
export function hostnameProblem(pod: Frozen<Pod>): string | undefined {
  const { kernelName } = podHostname(pod);
  if (pod.spec.hostNetwork || kernelName.length <= KERNEL_NAME_LENGTH_MAX) return undefined;
  return (
    `failed to construct FQDN from pod hostname and cluster domain, FQDN ${kernelName} is too long ` +
    `(${KERNEL_NAME_LENGTH_MAX} characters is the max, ${kernelName.length} characters requested)`
  );
}
