/** The objects that a cluster has from the start. */
import { readFileSync } from 'node:fs';
import { rfc3339, rfc3339Micro } from '../../base/clock.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import { nodeAddress } from '../../kube/node-addresses.ts';
import { type KubeObject, parseApiVersion } from '../../kube/object.ts';
import { podCidr } from '../../kube/pod-cidrs.ts';
import { DEFAULT_SERVICE_RANGE, type ServiceRanges } from '../../kube/service-ranges.ts';
import { OS_IMAGE } from '../../kube/simulated-node.ts';
import type { TypeTable } from '../../schema/type-table.ts';
import { olderObjects } from './older-objects.ts';

export interface BootstrapOptions {
  readonly nowMs: number;
  /** How many nodes: node01, node02, … */
  readonly nodes: number;
  /** Whether nodes get their pod ranges from the controller, because these are not the usual ones. */
  readonly leavesPodRanges?: boolean;
  /** Where services get their addresses from. */
  readonly serviceRanges: ServiceRanges;
  /** Where the API is reached, for the Endpoints of the `kubernetes` service. */
  readonly address: string;
  readonly port: number;
}

/** What the API server writes about itself. */
export function ownObjects(options: BootstrapOptions): KubeObject[] {
  return [...apiService(options), legacyTokenTracking(options.nowMs)];
}

/** Those whose kinds there are: older versions have fewer. */
export function ofKnownKinds(objects: readonly KubeObject[], table: TypeTable): KubeObject[] {
  return objects.filter(({ apiVersion = '', kind = '' }) => {
    const { group, version } = parseApiVersion(apiVersion) ?? { group: '', version: '' };
    return table.typeName(group, version, kind) !== undefined;
  });
}

/**
 * What every cluster has, in canonical form: recorded from a real control plane by record.ts. Conditions changed when
 * this one started.
 */
export function recordedObjects(nowMs: number, { cidrs }: ServiceRanges, table: TypeTable): KubeObject[] {
  const text = readFileSync(new URL('./bootstrap.gen.json', import.meta.url), 'utf8');
  const withFacts = (recorded: string): string =>
    recorded
      .replaceAll('"$now"', JSON.stringify(rfc3339(nowMs)))
      .replace(`"cidrs":${JSON.stringify([DEFAULT_SERVICE_RANGE])}`, `"cidrs":${JSON.stringify(cidrs)}`);
  const newest = JSON.parse(withFacts(text)) as KubeObject[];
  return table.isOlder ? olderObjects(newest, table.minor, withFacts) : newest;
}

function apiService({ address, port, serviceRanges: { apiAddress } }: BootstrapOptions): KubeObject[] {
  const family = apiAddress.includes(':') ? 'IPv6' : 'IPv4';
  const ports = [{ name: 'https', port, protocol: 'TCP' }];
  return [
    {
      kind: 'Service',
      apiVersion: 'v1',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { component: 'apiserver', provider: 'kubernetes' },
      },
      spec: {
        ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: port }],
        clusterIP: apiAddress,
        clusterIPs: [apiAddress],
        type: 'ClusterIP',
        sessionAffinity: 'None',
        ipFamilies: [family],
        ipFamilyPolicy: 'SingleStack',
        internalTrafficPolicy: 'Cluster',
      },
    },
    {
      kind: 'Endpoints',
      apiVersion: 'v1',
      metadata: {
        name: 'kubernetes',
        namespace: 'default',
        labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' },
      },
      subsets: [{ addresses: [{ ip: address }], ports }],
    },
    {
      kind: 'EndpointSlice',
      apiVersion: 'discovery.k8s.io/v1',
      metadata: { name: 'kubernetes', namespace: 'default', labels: { 'kubernetes.io/service-name': 'kubernetes' } },
      addressType: 'IPv4',
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports,
    },
    {
      kind: 'IPAddress',
      apiVersion: 'networking.k8s.io/v1',
      metadata: {
        name: apiAddress,
        labels: {
          'ipaddress.kubernetes.io/ip-family': family,
          'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
        },
      },
      spec: { parentRef: { resource: 'services', namespace: 'default', name: 'kubernetes' } },
    },
  ];
}

/** The API server writes down since when it watches for old token secrets. */
function legacyTokenTracking(nowMs: number): KubeObject {
  return {
    kind: 'ConfigMap',
    apiVersion: 'v1',
    metadata: { name: 'kube-apiserver-legacy-service-account-token-tracking', namespace: 'kube-system' },
    data: { since: rfc3339(nowMs).slice(0, 10) },
  };
}

/** `node01`, …: two digits, more when there are more nodes. */
export function nodeName(index: number): string {
  return `node${String(index + 1).padStart(2, '0')}`;
}

/** Nodes and their leases; each node comes before its lease. */
export function nodeObjects({ nodes: count, nowMs, leavesPodRanges = false }: BootstrapOptions): KubeObject[] {
  const objects: KubeObject[] = [];
  for (let index = 0; index < count; index++) {
    const name = nodeName(index);
    const range = podCidr(index);
    objects.push(
      {
        kind: 'Node',
        apiVersion: 'v1',
        metadata: {
          name,
          labels: {
            'beta.kubernetes.io/arch': 'amd64',
            'beta.kubernetes.io/os': 'linux',
            'kubernetes.io/arch': 'amd64',
            'kubernetes.io/hostname': name,
            'kubernetes.io/os': 'linux',
          },
        },
        spec: leavesPodRanges ? {} : { podCIDR: range, podCIDRs: [range] },
        status: {
          addresses: [
            { type: 'InternalIP', address: nodeAddress(index) },
            { type: 'Hostname', address: name },
          ],
          // Whichever kubelet of ours sees it knows that it is its own.
          nodeInfo: { osImage: OS_IMAGE },
        },
      },
      {
        kind: 'Lease',
        apiVersion: 'coordination.k8s.io/v1',
        metadata: { name, namespace: 'kube-node-lease' },
        spec: { holderIdentity: name, leaseDurationSeconds: 40, renewTime: rfc3339Micro(nowMs) },
      },
    );
  }
  return objects;
}

/**
 * The class of claims that name none; volumes for it come from a provisioner of our own.
 *
 * @throws Error when no object can have that name
 */
export function defaultStorageClass(name: string): KubeObject {
  const [problem] = dnsSubdomainProblems(name);
  if (problem !== undefined) throw new Error(`${JSON.stringify(name)} is no name for a storage class: ${problem}`);
  return {
    kind: 'StorageClass',
    apiVersion: 'storage.k8s.io/v1',
    metadata: { name, annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
    provisioner: 'storage.fauxkube.dev',
    allowVolumeExpansion: true,
  };
}
