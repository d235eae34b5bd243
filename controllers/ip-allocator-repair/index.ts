/**
 * IPAddress objects for the addresses of services: what the allocator of kube-apiserver writes along with a service,
 * and its repair loop (pkg/registry/core/service/ipallocator). Addresses are handed out without these objects here, so
 * that a missing one is nothing to tell of.
 */
import type { Cancel } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyText } from '../../server/kube/object.ts';
import type { IPAddress, Service } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { ADDRESS_FAMILY_LABEL, ADDRESS_MANAGER, ADDRESS_MANAGER_LABEL, IP_ADDRESSES } from '../lib/service-cidrs.ts';

const SERVICES = 'v1/services';

/** The same name in the key of an address, which has no namespace. */
const keyOfAddress = (name: string): Key => ({ namespace: '', name });

const addressesOf = ({ spec }: Frozen<Service>): readonly string[] =>
  (spec.clusterIPs ?? []).filter((text) => text !== 'None');

/** Which services have an address, in the order in which they got it. */
type Holders = Map<string, Key[]>;

const holdersOf = new WeakMap<ControllerEnv, Holders>();

function start(env: ControllerEnv): Cancel {
  const holders: Holders = new Map();
  holdersOf.set(env, holders);
  return env.onChange<Service>(SERVICES, ({ before, now }) => {
    const [had, has] = [before ? addressesOf(before) : [], now ? addressesOf(now) : []];
    for (const ip of had) if (before && !has.includes(ip)) leave(holders, ip, nameOf(before));
    for (const ip of has) if (now && !had.includes(ip)) holders.set(ip, [...(holders.get(ip) ?? []), nameOf(now)]);
    for (const ip of new Set([...had, ...has]))
      if (had.includes(ip) !== has.includes(ip)) env.enqueue(keyOfAddress(ip));
  });
}

function leave(holders: Holders, ip: string, service: Key): void {
  const left = (holders.get(ip) ?? []).filter((other) => keyText(other) !== keyText(service));
  if (left.length > 0) holders.set(ip, left);
  else holders.delete(ip);
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
  reads: [SERVICES],
  start,
  reconcile,
};

/** The service that the object names, if that one has the address, or else the first that has. */
function holderOf(ip: string, address: Frozen<IPAddress> | undefined, env: ControllerEnv): Frozen<Service> | undefined {
  const candidates = holdersOf.get(env)?.get(ip) ?? [];
  const { namespace, name } = address?.spec.parentRef ?? {};
  const named = candidates.find((service) => service.namespace === namespace && service.name === name);
  const [first] = candidates;
  const key = named ?? first;
  return key && env.lister<Service>(SERVICES).get(key);
}

async function reconcile({ name: ip }: Key, env: ControllerEnv): Promise<undefined> {
  const address = env.lister<IPAddress>(IP_ADDRESSES).get(keyOfAddress(ip));
  const holder = holderOf(ip, address, env);
  if (!holder) {
    if (address && isManaged(address)) await remove(address, env);
    return;
  }
  if (address && isRight(address, holder)) return;
  if (address) {
    const family = ip.includes(':') ? 'IPv6' : 'IPv4';
    const clusterIp = `the ClusterIP [${family}]: ${ip}`;
    const what = `${clusterIp} for Service ${keyText(nameOf(holder))} has a wrong reference; repairing`;
    env.event(holder, 'Warning', 'ClusterIPNotAllocated', what);
    await remove(address, env);
  }
  try {
    await env.client.create(IP_ADDRESSES, newAddress(ip, holder));
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
): Promise<void> {
  try {
    await client.delete(IP_ADDRESSES, keyOfAddress(name), { uid });
  } catch (error) {
    if (!(error instanceof ApiError && (error.code === 404 || error.code === 409))) throw error;
  }
}
