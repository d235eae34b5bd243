/** ServiceCIDRs that are ready, and stay while services need them: pkg/controller/servicecidrs. */

import { rfc3339 } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, keyOf } from '../../server/kube/object.ts';
import type { IPAddress, ServiceCIDR } from '../../server/kube/types.gen.ts';
import type { ControllerDefinition, ControllerEnv, Watched } from '../lib/controller.ts';
import {
  ADDRESS_MANAGER,
  ADDRESS_MANAGER_LABEL,
  containingAddress,
  containingBlock,
  IP_ADDRESSES,
  overlapping,
  SERVICE_CIDRS,
} from '../lib/service-cidrs.ts';

const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
const NAME = 'service-cidr-controller';

/** Until then every allocator has learnt that a block goes (deletionGracePeriod). */
const GRACE_MS = 10_000;

const all = (env: ControllerEnv): Frozen<ServiceCIDR>[] => env.lister<ServiceCIDR>(SERVICE_CIDRS).list();

/** A block that comes or goes may be what another one that is being deleted has waited for. */
const blocks: Watched = {
  resource: SERVICE_CIDRS,
  keys: (object, env) => [
    keyOf(object),
    ...((object as Frozen<ServiceCIDR>).spec.cidrs ?? []).flatMap((cidr) => overlapping(all(env), cidr).map(keyOf)),
  ],
};

const addresses: Watched = {
  resource: IP_ADDRESSES,
  keys: (address, env) => (isAllocated(address as Frozen<IPAddress>) ? blocksToRelease(address, env) : []),
};

/** Only a block that is being deleted cares. */
function blocksToRelease({ metadata }: Frozen<{ metadata: { name?: string } }>, env: ControllerEnv): Key[] {
  return containingAddress(all(env), metadata.name ?? '')
    .filter((block) => block.metadata.deletionTimestamp !== undefined)
    .map(keyOf);
}

const isAllocated = ({ metadata }: Frozen<IPAddress>): boolean =>
  getOwn(metadata.labels, ADDRESS_MANAGER_LABEL) === ADDRESS_MANAGER;

/** Keeps the condition and the finalizer of ServiceCIDRs. */
export const controller: ControllerDefinition = {
  name: NAME,
  queue: 'servicecidrs',
  account: 'service-cidrs-controller',
  eventSource: NAME,
  concerns: (resource) => resource === 'servicecidrs.networking.k8s.io',
  watches: [blocks, addresses],
  reconcile,
};

async function reconcile(key: Key, env: ControllerEnv): Promise<{ againInMs: number } | undefined> {
  const block = env.lister<ServiceCIDR>(SERVICE_CIDRS).get(key);
  if (!block) return undefined;
  const { deletionTimestamp, finalizers = [] } = block.metadata;
  if (deletionTimestamp === undefined) {
    if (!finalizers.includes(FINALIZER)) await patch(key, { finalizers: [FINALIZER] }, env);
    await tell(block, { status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' }, env);
    return undefined;
  }
  if (isNeeded(block, env)) {
    const message =
      'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';
    await tell(block, { status: 'False', reason: 'Terminating', message }, env);
    return undefined;
  }
  const leftMs = Date.parse(deletionTimestamp) + GRACE_MS - env.clock.now();
  if (leftMs > 0) return { againInMs: leftMs };
  if (finalizers.includes(FINALIZER)) await patch(key, { '$deleteFromPrimitiveList/finalizers': [FINALIZER] }, env);
  return undefined;
}

/** Whether there are addresses that no other block would contain (canDeleteCIDR). */
function isNeeded(block: Frozen<ServiceCIDR>, env: ControllerEnv): boolean {
  const isOther = (other: Frozen<ServiceCIDR>): boolean => other.metadata.name !== block.metadata.name;
  const hasParent = (block.spec.cidrs ?? []).every((cidr) => containingBlock(all(env), cidr).some(isOther));
  if (hasParent) return false;
  return env
    .lister<IPAddress>(IP_ADDRESSES)
    .list()
    .filter(isAllocated)
    .some(({ metadata }) => {
      const containing = containingAddress(all(env), metadata.name ?? '');
      return containing.length === 1 && !containing.some(isOther);
    });
}

async function patch(key: Key, metadata: object, { client }: ControllerEnv): Promise<void> {
  try {
    await client.patch(SERVICE_CIDRS, key, 'strategic', { metadata });
  } catch (error) {
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}

interface Told {
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

async function tell(block: Frozen<ServiceCIDR>, { status, reason, message }: Told, env: ControllerEnv): Promise<void> {
  const before = (block.status.conditions ?? []).find(({ type }) => type === 'Ready');
  if (before?.status === status && before.reason === reason && before.message === message) return;
  const condition = { type: 'Ready', status, reason, message, lastTransitionTime: rfc3339(env.clock.now()) };
  const body = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'ServiceCIDR',
    metadata: { name: block.metadata.name ?? '' },
    status: { conditions: [condition] },
  };
  try {
    await env.client.apply(SERVICE_CIDRS, body, NAME, 'status');
  } catch (error) {
    env.event(block, 'Warning', 'KubernetesServiceCIDRError', 'The ServiceCIDR Status can not be set to Ready=True');
    throw error;
  }
}
