/** The addresses of a cluster's services, out of the blocks that its ServiceCIDRs name. */
import type { Frozen } from '../../base/freeze.ts';
import { getOwn } from '../../base/freeze.ts';
import { internalError } from '../../kube/api-error.ts';
import { invalid, invalidObject } from '../../kube/field-problem.ts';
import { formatCidr, formatIp, type IpBlock, networkOf, parseCidr, parseIp } from '../../kube/ip-addresses.ts';
import type { Key, KubeObject } from '../../kube/object.ts';
import { serviceRanges } from '../../kube/service-ranges.ts';
import type { IPAddress, Service, ServiceCIDR } from '../../kube/types.gen.ts';
import { AddressAllocator, isWithin, rangeOf } from '../../registry/address-allocator.ts';
import type { RegistryEnv, WriteContext } from '../../registry/resource.ts';

const KIND = { group: '', kind: 'Service' };
const SERVICE_CIDRS = 'servicecidrs.networking.k8s.io';
const DEFAULT_CIDR: Key = { namespace: '', name: 'kubernetes' };

export type IpFamily = 'IPv4' | 'IPv6';

const familyOf = ({ address }: IpBlock): IpFamily => (address.family === 4 ? 'IPv4' : 'IPv6');
const isBlock = (block: IpBlock | undefined): block is IpBlock => block !== undefined;
const blocksOf = ({ spec }: Frozen<ServiceCIDR>): IpBlock[] => (spec.cidrs ?? []).map(parseCidr).filter(isBlock);

/**
 * The families that services of a cluster can have, that of those which ask for none first: upstream knows them by a
 * flag, which is also what the first ServiceCIDR is made of.
 */
export function clusterFamilies(env: Pick<RegistryEnv, 'find' | 'serviceBlocks'>): readonly IpFamily[] {
  return defaultBlocks(env).map(familyOf);
}

/** Upstream writes the first ServiceCIDR again when it is not there; it counts as there. */
function defaultBlocks({ find, serviceBlocks }: Pick<RegistryEnv, 'find' | 'serviceBlocks'>): readonly IpBlock[] {
  const stored = find(SERVICE_CIDRS, DEFAULT_CIDR);
  if (stored) return blocksOf(stored.value as Frozen<ServiceCIDR>);
  return serviceBlocks ?? serviceRanges().blocks;
}

/** Without a condition it counts as ready: nobody may be there to write one. */
function isReady({ metadata, status }: Frozen<ServiceCIDR>): boolean {
  const ready = (status.conditions ?? []).find(({ type }) => type === 'Ready');
  return metadata.deletionTimestamp === undefined && (ready === undefined || ready.status === 'True');
}

/** Blocks of a family that addresses are handed out of, each once. */
function readyBlocks({ list, find, serviceBlocks }: RegistryEnv, family: IpFamily): IpBlock[] {
  const ready = list(SERVICE_CIDRS).flatMap(({ value }) => {
    const serviceCidr = value as Frozen<ServiceCIDR>;
    return isReady(serviceCidr) ? blocksOf(serviceCidr) : [];
  });
  const all = find(SERVICE_CIDRS, DEFAULT_CIDR)
    ? ready
    : [...defaultBlocks({ find, ...(serviceBlocks && { serviceBlocks }) }), ...ready];
  const ofFamily = all.filter((block) => familyOf(block) === family);
  return [...new Map(ofFamily.map((block) => [formatCidr(block), block])).values()];
}

function canonical(text: string): string | undefined {
  const address = parseIp(text);
  return address && formatIp(address);
}

function addressesOf({ spec }: Frozen<Service>): string[] {
  return (spec.clusterIPs ?? []).flatMap((text) => canonical(text) ?? []);
}

/** What the server itself wrote for a service says no more than the service does, and may be about to go. */
function isOfService({ metadata, spec }: Frozen<IPAddress>): boolean {
  const isManaged = getOwn(metadata.labels, 'ipaddress.kubernetes.io/managed-by') === 'ipallocator.k8s.io';
  return isManaged && !spec.parentRef?.group && spec.parentRef?.resource === 'services';
}

/** Each cluster has one function that lists its objects. */
const allocators = new WeakMap<RegistryEnv['list'], AddressAllocator>();

function allocatorOf({ list, find }: RegistryEnv): AddressAllocator {
  const known = allocators.get(list);
  if (known) return known;
  const service = (value: Frozen<KubeObject>): Frozen<Service> => value as Frozen<Service>;
  const allocator = new AddressAllocator({
    has: (holder, address) => {
      const stored = find('services', holder);
      return stored !== undefined && addressesOf(service(stored.value)).includes(address);
    },
    *all() {
      for (const { value } of list('services')) {
        const { namespace = '', name = '' } = value.metadata;
        yield [{ namespace, name }, addressesOf(service(value))] as const;
      }
    },
    isKept: (address) => {
      const stored = find('ipaddresses.networking.k8s.io', { namespace: '', name: address });
      return stored !== undefined && !isOfService(stored.value as Frozen<IPAddress>);
    },
  });
  allocators.set(list, allocator);
  return allocator;
}

/**
 * Addresses that one write of a service takes. In a dry run none is taken, and the guess is never right: that of the
 * network itself.
 */
export class ServiceAddresses {
  readonly #allocator: AddressAllocator;
  readonly #context: WriteContext;
  readonly #holder: Key;
  readonly #taken: string[] = [];

  constructor(holder: Key, context: WriteContext) {
    this.#allocator = allocatorOf(context);
    this.#context = context;
    this.#holder = holder;
  }

  /** Ends the write, whether or not it was successful. */
  finish(): void {
    for (const address of this.#taken.splice(0)) this.#allocator.finish(address);
  }

  get taken(): readonly string[] {
    return this.#taken;
  }

  /** Whether no other service has what this one took: others may have been written elsewhere. */
  isFree(): boolean {
    return this.#allocator.isFreeFor(this.#holder, this.#taken);
  }

  /** @throws ApiError 422 */
  take(text: string, family: IpFamily, service: Frozen<Service>): void {
    const problem = this.#problem(text, family);
    if (problem === undefined) return;
    const detail = `failed to allocate IP ${text}: ${problem}`;
    throw invalidObject(KIND, this.#holder.name, [invalid('spec.clusterIPs', service.spec.clusterIPs, detail)]);
  }

  #problem(text: string, family: IpFamily): string | undefined {
    const blocks = readyBlocks(this.#context, family);
    const isInside = blocks.some((block) => isWithin(rangeOf(block), text));
    if (this.#context.dryRun) {
      const [first] = blocks;
      if (isInside || !first) return undefined;
      return `the provided IP (${text}) is not in the valid range. The range of valid IPs is ${formatCidr(first)}`;
    }
    if (!isInside) return 'the provided network does not match the current range';
    const address = canonical(text) ?? text;
    if (!this.#allocator.take(address, this.#holder)) return 'provided IP is already allocated';
    this.#taken.push(address);
    return undefined;
  }

  /** Out of any block, begun with one at random, as upstream walks its map. @throws ApiError 500 when all are taken */
  takeAny(family: IpFamily): string {
    const { random, dryRun } = this.#context;
    const blocks = readyBlocks(this.#context, family);
    const [only] = blocks;
    if (dryRun && only) return formatIp(networkOf(only));
    const start = blocks.length > 1 ? Math.floor(random.fraction() * blocks.length) : 0;
    for (const block of [...blocks.slice(start), ...blocks.slice(0, start)]) {
      const address = this.#allocator.takeAny(rangeOf(block), random, this.#holder);
      if (address === undefined) continue;
      this.#taken.push(address);
      return address;
    }
    throw internalError(`failed to allocate a serviceIP for Service "${this.#holder.name}": range is full`);
  }
}
