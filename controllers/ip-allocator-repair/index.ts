/**
 * IPAddress objects for the addresses of services: what the allocator of kube-apiserver writes along with a service,
 * and its repair loop (pkg/registry/core/service/ipallocator). Addresses are handed out without these objects here, so
 * that a missing one is nothing to tell of.
 */
import type { Cancel } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyText } from '../../server/kube/object.ts';
import type { IPAddress, Service, ServiceCIDR } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import {
  ADDRESS_FAMILY_LABEL,
  ADDRESS_MANAGER,
  ADDRESS_MANAGER_LABEL,
  containingAddress,
  IP_ADDRESSES,
  SERVICE_CIDRS,
} from '../lib/service-cidrs.ts';

const SERVICES = 'v1/services';
/** How long the request may take that an address was taken for. */
const LEAK_MS = 60_000;
/** The same where its service is there already. */
const WRITE_MS = 5000;

/** The same name in the key of an address, which has no namespace. */
const keyOfAddress = (name: string): Key => ({ namespace: '', name });

const addressesOf = ({ spec }: Frozen<Service>): readonly string[] =>
  (spec.clusterIPs ?? []).filter((text) => text !== 'None');

/** What is known of the addresses of services. */
interface Known {
  /** Which services have an address, in the order in which they got it. */
  readonly holders: Map<string, Key[]>;
  /** Addresses whose objects were as they should be: one that is missing now was taken away. */
  readonly allocated: Set<string>;
  /** Addresses that services have given back, whose objects have nobody to tell. */
  readonly released: Set<string>;
}

const knownOf = new WeakMap<ControllerEnv, Known>();

function start(env: ControllerEnv): Cancel {
  const known: Known = { holders: new Map(), allocated: new Set(), released: new Set() };
  knownOf.set(env, known);
  return env.onChange<Service>(SERVICES, ({ before, now }) => {
    const [had, has] = [before ? addressesOf(before) : [], now ? addressesOf(now) : []];
    for (const ip of had) if (before && !has.includes(ip)) leave(known, ip, nameOf(before));
    for (const ip of has) if (now && !had.includes(ip)) enter(known, ip, nameOf(now));
    for (const ip of new Set([...had, ...has]))
      if (had.includes(ip) !== has.includes(ip)) env.enqueue(keyOfAddress(ip));
  });
}

function enter({ holders, released }: Known, ip: string, service: Key): void {
  holders.set(ip, [...(holders.get(ip) ?? []), service]);
  released.delete(ip);
}

function leave({ holders, allocated, released }: Known, ip: string, service: Key): void {
  const left = (holders.get(ip) ?? []).filter((other) => keyText(other) !== keyText(service));
  if (left.length > 0) {
    holders.set(ip, left);
    return;
  }
  holders.delete(ip);
  allocated.delete(ip);
  released.add(ip);
}

/** Sees to it that every address of a service has its object, and no other. */
export const controller: ControllerDefinition = {
  name: 'ip-allocator-repair-controller',
  account: 'kube-apiserver',
  eventSource: 'ipallocator-repair-controller',
  agent: 'kube-apiserver',
  // Part of the server itself (user.APIServerUser).
  user: { name: 'system:apiserver', groups: ['system:masters', 'system:authenticated'] },
  watches: [self(IP_ADDRESSES)],
  reads: [SERVICES, SERVICE_CIDRS],
  start,
  reconcile,
};

async function reconcile({ name: ip }: Key, env: ControllerEnv): Promise<{ againInMs: number } | undefined> {
  const known = knownOf.get(env);
  const address = env.lister<IPAddress>(IP_ADDRESSES).get(keyOfAddress(ip));
  const candidates = known?.holders.get(ip) ?? [];
  const { namespace, name } = address?.spec.parentRef ?? {};
  const named = candidates.find((service) => service.namespace === namespace && service.name === name);
  const [first] = candidates;
  const holderKey = named ?? first;
  const holder = holderKey && env.lister<Service>(SERVICES).get(holderKey);
  if (!holder) {
    const isReleased = known?.released.delete(ip) ?? false;
    return address && isManaged(address) ? cleanUp(address, isReleased, env) : undefined;
  }
  tellOfOthers(ip, holder, candidates, env);
  await allocate(ip, holder, address, env);
  return undefined;
}

const family = (ip: string): string => (ip.includes(':') ? 'IPv6' : 'IPv4');

/** syncService of upstream's loop. */
async function allocate(
  ip: string,
  holder: Frozen<Service>,
  address: Frozen<IPAddress> | undefined,
  env: ControllerEnv,
): Promise<void> {
  const allocated = knownOf.get(env)?.allocated;
  const tell = (reason: string, message: string): void => env.event(holder, 'Warning', reason, message);
  const text = `[${family(ip)}]: ${ip}`;
  if (!isInRange(ip, env))
    tell(
      'ClusterIPOutOfRange',
      `Cluster IP ${text} is not within any configured Service CIDR; please recreate service`,
    );
  else if (address && isRight(address, holder)) allocated?.add(ip);
  else {
    if (address) {
      const whose = `for Service ${keyText(nameOf(holder))}`;
      tell('ClusterIPNotAllocated', `the ClusterIP ${text} ${whose} has a wrong reference; repairing`);
      await remove(address, env);
    } else if (allocated?.has(ip)) tell('ClusterIPNotAllocated', `Cluster IP ${text} is not allocated; repairing`);
    await create(newAddress(ip, holder), env);
  }
}

/** The first ServiceCIDR counts as there: upstream writes it again. */
function isInRange(ip: string, env: ControllerEnv): boolean {
  const all = env.lister<ServiceCIDR>(SERVICE_CIDRS);
  return containingAddress(all.list(), ip).length > 0 || !all.get({ namespace: '', name: 'kubernetes' });
}

function tellOfOthers(ip: string, holder: Frozen<Service>, candidates: readonly Key[], env: ControllerEnv): void {
  for (const candidate of candidates) {
    const other =
      keyText(candidate) === keyText(nameOf(holder)) ? undefined : env.lister<Service>(SERVICES).get(candidate);
    const message = `Cluster IP [${family(ip)}]:${ip} was assigned to multiple services; please recreate service`;
    if (other) env.event(other, 'Warning', 'ClusterIPAlreadyAllocated', message);
  }
}

/** syncIPAddress of upstream's loop, for objects that no service has. */
async function cleanUp(
  address: Frozen<IPAddress>,
  isReleased: boolean,
  env: ControllerEnv,
): Promise<{ againInMs: number } | undefined> {
  if (isReleased) return remove(address, env);
  const { group = '', resource = '', namespace = '', name = '' } = address.spec.parentRef ?? {};
  const service = env.lister<Service>(SERVICES).get({ namespace, name });
  const ip = address.metadata.name ?? '';
  const tell = (reason: string, message: string): void => env.event(address, 'Warning', reason, message);
  if (group !== '' || resource !== 'services') {
    const reference = `&ParentReference{Group:${group},Resource:${resource},Namespace:${namespace},Name:${name},}`;
    const problem = `appears to have been modified, not referencing a Service ${reference}: cleaning up`;
    tell('IPAddressNotAllocated', `IPAddress ${ip} ${problem}`);
    return remove(address, env);
  }
  // A service may be about to be written that has it.
  const graceMs =
    !service || service.spec.type === 'ExternalName' ? LEAK_MS : isYounger(address, service) ? WRITE_MS : 0;
  const leftMs = Date.parse(address.metadata.creationTimestamp ?? '') + graceMs - env.clock.now();
  if (leftMs > 0) return { againInMs: leftMs };
  const text = `IPAddress: ${ip} for Service`;
  if (service) tell('IPAddressWrongReference', `${text} ${name}/${namespace} has a wrong reference; cleaning up`);
  else tell('IPAddressNotAllocated', `${text} ${namespace}/${name} appears to have leaked: cleaning up`);
  return remove(address, env);
}

const isYounger = ({ metadata }: Frozen<IPAddress>, service: Frozen<Service>): boolean =>
  (metadata.creationTimestamp ?? '') > (service.metadata.creationTimestamp ?? '');

async function create(address: IPAddress, env: ControllerEnv): Promise<void> {
  try {
    await env.client.create(IP_ADDRESSES, address);
  } catch (error) {
    // It is there already, and its informer will say so.
    if (!(error instanceof ApiError && error.code === 409)) throw error;
  }
}

const nameOf = ({ metadata: { namespace = '', name = '' } }: Frozen<Service>): Key => ({ namespace, name });

const isManaged = ({ metadata }: Frozen<IPAddress>): boolean =>
  getOwn(metadata.labels, ADDRESS_MANAGER_LABEL) === ADDRESS_MANAGER;

function isRight(address: Frozen<IPAddress>, service: Frozen<Service>): boolean {
  const { group = '', resource, namespace, name } = address.spec.parentRef ?? {};
  const wanted = nameOf(service);
  const isReferenced =
    group === '' && resource === 'services' && namespace === wanted.namespace && name === wanted.name;
  return isReferenced && isManaged(address) && getOwn(address.metadata.labels, ADDRESS_FAMILY_LABEL) !== undefined;
}

function newAddress(ip: string, service: Frozen<Service>): IPAddress {
  const labels = {
    [ADDRESS_FAMILY_LABEL]: ip.includes(':') ? 'IPv6' : 'IPv4',
    [ADDRESS_MANAGER_LABEL]: ADDRESS_MANAGER,
  };
  return { metadata: { name: ip, labels }, spec: { parentRef: { resource: 'services', ...nameOf(service) } } };
}

async function remove(
  { metadata: { name = '', uid = '' } }: Frozen<IPAddress>,
  { client }: ControllerEnv,
): Promise<undefined> {
  try {
    await client.delete(IP_ADDRESSES, keyOfAddress(name), { uid });
  } catch (error) {
    if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
  }
}
