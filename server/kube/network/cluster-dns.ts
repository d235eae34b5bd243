/** The names of a cluster, as CoreDNS answers them with kubeadm's configuration (`pods insecure`). */
import { isIPv4, isIPv6 } from 'node:net';
import type { Frozen } from '../../base/freeze.ts';
import { formatIp, parseIp } from '../ip-addresses.ts';
import type { Key } from '../object.ts';
import type { Service } from '../types.gen.ts';
import { type Backend, backendsOf, isReady } from './backends.ts';
import { type ClusterObjects, HEADLESS, SERVICE_NAME } from './cluster-objects.ts';

/** The domain of a cluster. */
export const CLUSTER_DOMAIN = 'cluster.local';

/** Where it is asked unless a service `kube-dns` in `kube-system` has another address. */
const CLUSTER_DNS = '10.96.0.10';

/**
 * Where the cluster's DNS is: where its service says, or else where kubeadm puts it, the tenth address of the services
 * of which that of the API has the first.
 */
export function clusterDnsAddress(find: (key: Key) => Frozen<Service> | undefined): string {
  const own = find({ namespace: 'kube-system', name: 'kube-dns' })?.spec.clusterIP;
  if (own !== undefined && own !== '' && own !== 'None') return own;
  const api = parseIp(find({ namespace: 'default', name: 'kubernetes' })?.spec.clusterIP ?? '');
  return api ? formatIp({ ...api, bits: api.bits + 9n }) : CLUSTER_DNS;
}

export type DnsType = 'A' | 'AAAA' | 'CNAME' | 'PTR' | 'SRV';

export interface DnsQuestion {
  /** Fully qualified, with or without the last dot. */
  readonly name: string;
  readonly type: DnsType;
}

export interface DnsRecord {
  readonly name: string;
  readonly type: DnsType;
  /** An address, or a name without its last dot. */
  readonly data: string;
  /** Of SRV records only. */
  readonly service?: { readonly priority: number; readonly weight: number; readonly port: number };
}

export interface DnsAnswer {
  readonly status: 'NOERROR' | 'NXDOMAIN';
  readonly records: readonly DnsRecord[];
  /** Addresses of what the records name. */
  readonly additional: readonly DnsRecord[];
}

/** An endpoint or a service behind a name: what SRV records point to. */
interface Found {
  readonly name: string;
  readonly addresses: readonly string[];
  readonly port: number | undefined;
}

const UNKNOWN: DnsAnswer = { status: 'NXDOMAIN', records: [], additional: [] };
const NO_DATA: DnsAnswer = { ...UNKNOWN, status: 'NOERROR' };
const ALIASES_MAX = 8;

const NIBBLES = 32;

/** The name under which an address is asked for. */
export function reverseName(address: string): string {
  const ip = parseIp(address);
  if (ip?.family !== 6) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  return `${Array.from(ip.bits.toString(16).padStart(NIBBLES, '0')).reverse().join('.')}.ip6.arpa`;
}

/** What an endpoint is called within its service. */
function endpointName({ address, endpoint: { hostname } }: Backend): string {
  return hostname ? hostname : address.replace(/[.:]/g, '-');
}

/** CoreDNS takes ports and protocols with and without their underscore. */
const unmarked = (label: string): string => label.replace(/^_/, '');

export class ClusterDns {
  readonly #objects: ClusterObjects;

  constructor(objects: ClusterObjects) {
    this.#objects = objects;
  }

  answer({ name, type }: DnsQuestion, aliases = 0): DnsAnswer {
    const asked = name.toLowerCase().replace(/\.$/, '');
    if (asked.endsWith('.arpa')) return this.#reverse(asked, type);
    const suffix = `.${CLUSTER_DOMAIN}`;
    if (asked === CLUSTER_DOMAIN) return NO_DATA;
    // Nobody outside is asked.
    if (!asked.endsWith(suffix)) return UNKNOWN;
    const labels = asked.slice(0, -suffix.length).split('.');
    const kind = labels.pop();
    if (kind !== 'svc' && kind !== 'pod') return UNKNOWN;
    const namespace = labels.pop();
    if (namespace === undefined) return NO_DATA;
    if (labels.length === 0) return this.#objects.hasNamespace(namespace) ? NO_DATA : UNKNOWN;
    if (kind === 'pod') return labels.length === 1 ? podAnswer(asked, labels[0] ?? '', type) : UNKNOWN;
    const key = { namespace, name: labels.pop() ?? '' };
    return this.#service(asked, key, labels, type, aliases);
  }

  #service(asked: string, key: Key, before: readonly string[], type: DnsType, aliases: number): DnsAnswer {
    const service = this.#objects.service(key);
    if (!service || before.length > 2) return UNKNOWN;
    if (service.spec.type === 'ExternalName') return this.#alias(asked, service, type, aliases);
    const wanted = before.length === 2 ? { port: unmarked(before[0] ?? ''), protocol: unmarked(before[1] ?? '') } : {};
    const found = this.#found(key, service, before.length === 1 ? before[0] : undefined, wanted);
    if (found.length === 0) return UNKNOWN;
    if (type === 'A' || type === 'AAAA') return { ...NO_DATA, records: addressRecords(asked, found, type) };
    if (type !== 'SRV') return NO_DATA;
    const ports = found.filter(({ port }) => port !== undefined);
    const weight = Math.max(1, Math.floor(100 / Math.max(1, ports.length)));
    const records = ports.map(
      ({ name, port = 0 }): DnsRecord => ({ name: asked, type, data: name, service: { priority: 0, weight, port } }),
    );
    const additional = new Map<string, DnsRecord>();
    for (const each of ports)
      for (const record of [...addressRecords(each.name, [each], 'A'), ...addressRecords(each.name, [each], 'AAAA')])
        additional.set(`${record.name} ${record.data}`, record);
    return { ...NO_DATA, records, additional: [...additional.values()] };
  }

  #found(
    key: Key,
    { spec }: Frozen<Service>,
    endpoint: string | undefined,
    { port, protocol }: { readonly port?: string; readonly protocol?: string },
  ): Found[] {
    const matches = (given: { readonly name?: string | undefined; readonly protocol?: string | undefined }): boolean =>
      port === undefined || ((given.name ?? '') === port && (given.protocol ?? 'TCP').toLowerCase() === protocol);
    const domain = `${key.name}.${key.namespace}.svc.${CLUSTER_DOMAIN}`;
    if (endpoint === undefined && spec.clusterIP !== HEADLESS) {
      const addresses = spec.clusterIPs ?? [];
      return (spec.ports ?? []).filter(matches).map((each) => ({ name: domain, addresses, port: each.port }));
    }
    const found: Found[] = [];
    for (const slice of this.#objects.slicesOf(key)) {
      // A headless service may have no ports at all, and its pods have names nevertheless.
      const ports = (slice.ports ?? []).length > 0 ? (slice.ports ?? []) : [{}];
      for (const each of ports) {
        if (!matches(each)) continue;
        for (const backend of backendsOf([slice], () => each.port ?? 0)) {
          const name = endpointName(backend);
          if (!isReady(backend) || (endpoint !== undefined && name !== endpoint)) continue;
          found.push({ name: `${name}.${domain}`, addresses: [backend.address], port: each.port });
        }
      }
    }
    return found;
  }

  #alias(asked: string, { spec }: Frozen<Service>, type: DnsType, aliases: number): DnsAnswer {
    const data = (spec.externalName ?? '').replace(/\.$/, '');
    const records: DnsRecord[] = [{ name: asked, type: 'CNAME', data }];
    if (type === 'CNAME' || aliases >= ALIASES_MAX) return { ...NO_DATA, records };
    const target = this.answer({ name: data, type }, aliases + 1);
    return { ...NO_DATA, records: [...records, ...target.records], additional: target.additional };
  }

  #reverse(asked: string, type: DnsType): DnsAnswer {
    const address = addressOf(asked);
    if (address === undefined) return UNKNOWN;
    const names = this.#namesAt(address);
    if (names.length === 0) return UNKNOWN;
    if (type !== 'PTR') return NO_DATA;
    return { ...NO_DATA, records: names.map((data) => ({ name: asked, type, data })) };
  }

  #namesAt(address: string): string[] {
    const names: string[] = [];
    for (const { metadata } of this.#objects.servicesAt(address))
      names.push(`${metadata.name}.${metadata.namespace}.svc.${CLUSTER_DOMAIN}`);
    const pod = names.length === 0 ? this.#objects.podAt(address) : undefined;
    if (!pod) return names;
    for (const slice of this.#objects.slicesIn(pod.namespace)) {
      const service = slice.metadata.labels?.[SERVICE_NAME];
      if (service === undefined) continue;
      for (const backend of backendsOf([slice], () => 0))
        if (backend.address === address)
          names.push(`${endpointName(backend)}.${service}.${pod.namespace}.svc.${CLUSTER_DOMAIN}`);
    }
    return [...new Set(names)];
  }
}

function addressRecords(name: string, found: readonly Found[], type: 'A' | 'AAAA'): DnsRecord[] {
  const isWanted = type === 'A' ? isIPv4 : isIPv6;
  const addresses = new Set(found.flatMap((each) => each.addresses.filter((address) => isWanted(address))));
  return [...addresses].map((data) => ({ name, type, data }));
}

/** `10-244-1-3.NAMESPACE.pod.cluster.local`: nobody looks whether there is such a pod. */
function podAnswer(name: string, label: string, type: DnsType): DnsAnswer {
  const data = /^\d+-\d+-\d+-\d+$/.test(label) ? label.replaceAll('-', '.') : label.replaceAll('-', ':');
  if (!isIPv4(data) && !isIPv6(data)) return UNKNOWN;
  return (isIPv4(data) ? 'A' : 'AAAA') === type ? { ...NO_DATA, records: [{ name, type, data }] } : NO_DATA;
}

/** The address that a reverse name is of. */
function addressOf(name: string): string | undefined {
  const [, labels = '', kind] = /^([\da-f.]+)\.(in-addr|ip6)\.arpa$/.exec(name) ?? [];
  const parts = labels.split('.').reverse();
  if (kind !== 'ip6') return isIPv4(parts.join('.')) ? parts.join('.') : undefined;
  if (parts.length !== NIBBLES || parts.some((part) => part.length !== 1)) return undefined;
  return formatIp({ family: 6, bits: BigInt(`0x${parts.join('')}`), mapped: false, leadingZeros: false });
}
