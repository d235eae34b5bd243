/** Addresses for services of type LoadBalancer: k8s.io/cloud-provider/controllers/service, and a cloud of ours. */
import type { Cancel } from '../../server/base/clock.ts';
import { deepEqual, type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { Node, Service } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv } from '../lib/controller.ts';
import { OwnWrites } from '../lib/own-writes.ts';
import type { Again } from '../lib/work-queue.ts';
import { Addresses, addressesOf } from './addresses.ts';

const SERVICES = 'v1/services';
const NODES = 'v1/nodes';
const FINALIZER = 'service.kubernetes.io/load-balancer-cleanup';
const EXCLUDED = 'node.kubernetes.io/exclude-from-external-load-balancers';

/** A service without an address is tried again after this (minRetryDelay), and twice as long each time. */
const FIRST_RETRY_MS = 5000;
const LONGEST_RETRY_MS = 300_000;

/** What one running controller remembers. */
interface Memory {
  readonly addresses: Addresses;
  readonly own: OwnWrites<Service>;
  /** Services of which something has changed that a load balancer is made from. */
  readonly changed: Set<string>;
  /** How often a service got no address, in a row. */
  readonly failures: Map<string, number>;
}

/**
 * @param cidr where addresses come from; without it services wait for one, as in a cluster without a cloud
 */
export function createServiceLoadBalancer(cidr?: string): ControllerDefinition {
  const memories = new WeakMap<ControllerEnv, Memory>();
  return {
    name: 'service-lb-controller',
    queue: 'service',
    account: 'service-controller',
    agent: 'cloud-controller-manager',
    concerns: (resource, object) =>
      cidr !== undefined && resource === 'services' && (object as Frozen<Service>).spec.type === 'LoadBalancer',
    watches: [],
    reads: cidr === undefined ? [] : [SERVICES, NODES],
    workers: 1,
    start(env) {
      if (cidr === undefined) return () => undefined;
      const memory = {
        addresses: new Addresses(cidr),
        own: new OwnWrites<Service>(),
        changed: new Set<string>(),
        failures: new Map<string, number>(),
      };
      memories.set(env, memory);
      return follow(memory, env);
    },
    async reconcile(key, env) {
      const memory = memories.get(env);
      return memory && reconcile(key, memory, env);
    },
  };
}

function follow({ addresses, own, changed, failures }: Memory, env: ControllerEnv): Cancel {
  return env.onChange<Service>(SERVICES, (change) => {
    const { before, now } = change;
    addresses.follow(change);
    own.seen(change);
    const isChanged = before !== undefined && now !== undefined && needsUpdate(before, now);
    if (isChanged) changed.add(keyText(keyOf(now)));
    if (now && (isChanged || isUnfinished(now))) env.enqueue(keyOf(now));
    const isReleased = before !== undefined && addressesOf(before).length > (now ? addressesOf(now).length : 0);
    // Somebody may have waited for this address.
    if (isReleased) for (const name of failures.keys()) env.enqueue(parseName(name));
    if (!now && before) failures.delete(keyText(keyOf(before)));
  });
}

function parseName(text: string): Key {
  const [namespace = '', name = ''] = text.split('/');
  return { namespace, name };
}

/** Services of other classes are somebody else's. */
const wantsBalancer = ({ spec }: Frozen<Service>): boolean =>
  spec.type === 'LoadBalancer' && spec.loadBalancerClass === undefined;

const hasFinalizer = ({ metadata }: Frozen<Service>): boolean => metadata.finalizers?.includes(FINALIZER) ?? false;

function needsCleanup(service: Frozen<Service>): boolean {
  const isLeaving = service.metadata.deletionTimestamp !== undefined || service.spec.type !== 'LoadBalancer';
  return hasFinalizer(service) && isLeaving;
}

/** What a start finds to do: services that are as they should be are left alone. */
function isUnfinished(service: Frozen<Service>): boolean {
  if (needsCleanup(service)) return true;
  const isDone = hasFinalizer(service) && addressesOf(service).length > 0;
  return wantsBalancer(service) && !isDone && service.metadata.deletionTimestamp === undefined;
}

function needsUpdate(before: Frozen<Service>, now: Frozen<Service>): boolean {
  if (!wantsBalancer(before) && !wantsBalancer(now)) return false;
  return !deepEqual(asked(before), asked(now));
}

/** What a load balancer is made from. */
function asked(service: Frozen<Service>): object {
  const { metadata, spec } = service;
  return {
    wanted: wantsBalancer(service),
    uid: metadata.uid,
    annotations: metadata.annotations ?? {},
    ranges: spec.loadBalancerSourceRanges,
    ports: (spec.ports ?? []).map(({ name, port, protocol, nodePort }) => ({ name, port, protocol, nodePort })),
    affinity: [spec.sessionAffinity, spec.sessionAffinityConfig],
    address: spec.loadBalancerIP,
    externalIPs: spec.externalIPs,
    policy: [spec.externalTrafficPolicy, spec.healthCheckNodePort],
    families: spec.ipFamilies?.length,
  };
}

async function reconcile(key: Key, memory: Memory, env: ControllerEnv): Promise<Again | undefined> {
  const name = keyText(key);
  const service = memory.own.latest(name, env.lister<Service>(SERVICES).get(key));
  const isChanged = memory.changed.delete(name);
  if (!service || !(isChanged || isUnfinished(service))) return undefined;
  if (!wantsBalancer(service) || needsCleanup(service)) {
    await remove(service, memory, env);
    return undefined;
  }
  if (service.metadata.deletionTimestamp !== undefined) return undefined;
  const failures = memory.failures.get(name) ?? 0;
  try {
    await ensure(service, memory, env);
    memory.failures.delete(name);
    return undefined;
  } catch (error) {
    if (error instanceof ApiError) throw error;
    const problem = `Error syncing load balancer: failed to ensure load balancer: ${(error as Error).message}`;
    env.event(service, 'Warning', 'SyncLoadBalancerFailed', problem);
    memory.failures.set(name, failures + 1);
    return { againInMs: Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS), kind: 'retry' };
  }
}

async function ensure(service: Frozen<Service>, memory: Memory, env: ControllerEnv): Promise<void> {
  const { addresses } = memory;
  env.event(service, 'Normal', 'EnsuringLoadBalancer', 'Ensuring load balancer');
  // Before there is anything to clean up, so that nothing can be left behind.
  if (!hasFinalizer(service))
    await patch(
      service,
      { metadata: { finalizers: [...(service.metadata.finalizers ?? []), FINALIZER] } },
      memory,
      env,
    );
  const nodes = env.lister<Node>(NODES).list();
  if (!nodes.some(({ metadata }) => getOwn(metadata.labels, EXCLUDED) === undefined))
    env.event(service, 'Warning', 'UnAvailableLoadBalancer', 'There are no available nodes for LoadBalancer');
  const [family] = service.spec.ipFamilies ?? [];
  if (family !== undefined && family !== addresses.family)
    throw new Error(`the service is of the family ${family}, and load balancers have addresses of ${addresses.family}`);
  const before = addressesOf(service);
  const ip = addresses.take(service);
  env.event(service, 'Normal', 'EnsuredLoadBalancer', 'Ensured load balancer');
  if (before.length === 1 && before[0] === ip) return;
  try {
    await patch(service, { status: { loadBalancer: { ingress: [{ ip, ipMode: 'VIP' }] } } }, memory, env);
  } catch (error) {
    if (!before.includes(ip)) addresses.release(ip, service);
    throw error;
  }
}

async function remove(service: Frozen<Service>, memory: Memory, env: ControllerEnv): Promise<void> {
  const { addresses, failures } = memory;
  const held = addressesOf(service);
  if (held.length > 0) env.event(service, 'Normal', 'DeletingLoadBalancer', 'Deleting load balancer');
  const isLast = service.metadata.deletionTimestamp !== undefined && service.metadata.finalizers?.length === 1;
  if (hasFinalizer(service)) {
    const finalizers = (service.metadata.finalizers ?? []).filter((name) => name !== FINALIZER);
    await patch(service, { metadata: { finalizers } }, memory, env);
  }
  env.event(service, 'Normal', 'DeletedLoadBalancer', 'Deleted load balancer');
  for (const ip of held) addresses.release(ip, service);
  failures.delete(keyText(keyOf(service)));
  // With its last finalizer the service is gone.
  if (held.length > 0 && !isLast) await patch(service, { status: { loadBalancer: { ingress: null } } }, memory, env);
}

async function patch(service: Frozen<Service>, body: object, { own }: Memory, env: ControllerEnv): Promise<void> {
  try {
    own.wrote(await env.client.patch<Service>(SERVICES, keyOf(service), 'merge', body, 'status'));
  } catch (error) {
    // It has gone meanwhile.
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}
