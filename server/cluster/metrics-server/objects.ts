/** The objects by which a cluster knows its metrics-server, as its manifests have them; without pods. */
import type { KubeObject } from '../../kube/object.ts';
import { addressAt, type ServiceRanges } from '../../kube/service-ranges.ts';

export const METRICS_SERVICE = { namespace: 'kube-system', name: 'metrics-server' } as const;
/** Beside that of the DNS, 10.96.0.10; the last address of a range that is too small for it. */
const ADDRESS_INDEX = 11;
const BITS = { 4: 32, 6: 128 } as const;
const LABELS = { 'k8s-app': 'metrics-server' } as const;
const PORT = 443;

/**
 * @param address where the service leads to: nobody connects, because this process answers itself
 * @param ranges of services: its own gets an address of the first one
 */
export function metricsServerObjects(address: string, { blocks: [block] }: ServiceRanges): KubeObject[] {
  if (!block) return [];
  const { family } = block.address;
  const size = 2 ** (BITS[family] - block.prefixLength);
  const clusterIP = addressAt(block, Math.min(ADDRESS_INDEX, size - 2));
  const ipFamily = `IPv${family}`;
  const ports = [{ name: 'https', port: PORT, protocol: 'TCP', appProtocol: 'https' }];
  return [
    {
      kind: 'ClusterRole',
      apiVersion: 'rbac.authorization.k8s.io/v1',
      metadata: {
        name: 'system:aggregated-metrics-reader',
        labels: {
          ...LABELS,
          'rbac.authorization.k8s.io/aggregate-to-admin': 'true',
          'rbac.authorization.k8s.io/aggregate-to-edit': 'true',
          'rbac.authorization.k8s.io/aggregate-to-view': 'true',
        },
      },
      rules: [{ apiGroups: ['metrics.k8s.io'], resources: ['pods', 'nodes'], verbs: ['get', 'list', 'watch'] }],
    },
    {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: { ...METRICS_SERVICE, labels: LABELS },
      spec: {
        ports: [{ ...ports[0], targetPort: PORT }],
        clusterIP,
        clusterIPs: [clusterIP],
        type: 'ClusterIP',
        sessionAffinity: 'None',
        ipFamilies: [ipFamily],
        ipFamilyPolicy: 'SingleStack',
        internalTrafficPolicy: 'Cluster',
      },
    },
    {
      kind: 'IPAddress',
      apiVersion: 'networking.k8s.io/v1',
      metadata: {
        name: clusterIP,
        labels: {
          'ipaddress.kubernetes.io/ip-family': ipFamily,
          'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
        },
      },
      spec: { parentRef: { resource: 'services', ...METRICS_SERVICE } },
    },
    {
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { ...METRICS_SERVICE, labels: { ...LABELS, 'kubernetes.io/service-name': METRICS_SERVICE.name } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    },
    {
      kind: 'APIService',
      apiVersion: 'apiregistration.k8s.io/v1',
      metadata: { name: 'v1beta1.metrics.k8s.io', labels: LABELS },
      spec: {
        service: { ...METRICS_SERVICE, port: PORT },
        group: 'metrics.k8s.io',
        version: 'v1beta1',
        insecureSkipTLSVerify: true,
        groupPriorityMinimum: 100,
        versionPriority: 100,
      },
    },
  ] as KubeObject[];
}
