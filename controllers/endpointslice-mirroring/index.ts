/** EndpointSlices of Endpoints that somebody wrote by hand: k8s.io/kubernetes/pkg/controller/endpointslicemirroring. */
import type { Cancel } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { EndpointSlice, Endpoints, Service } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import type { Change } from '../lib/informer.ts';
import { OwnWrites } from '../lib/own-writes.ts';
import { isTerminating } from '../lib/terminating.ts';
import { ADDRESSES_MAX, desiredOf, isMirrored, SERVICE_NAME } from './desired.ts';
import { type Plan, planSlices } from './plan.ts';

const SERVICES = 'v1/services';
const ENDPOINTS = 'v1/endpoints';
const SLICES = 'discovery.k8s.io/v1/endpointslices';

const SKIP_LABEL = 'endpointslice.kubernetes.io/skip-mirror';
/** Endpoints that are a lock and not those of a service. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

/** What one running controller remembers. */
interface Memory {
  readonly own: OwnWrites<EndpointSlice>;
  /** Services that are written right now, with what their slices told meanwhile: mostly the controller's own writes. */
  readonly writing: Map<string, Change<EndpointSlice>[]>;
}

const memories = new WeakMap<ControllerEnv, Memory>();

function memoryOf(env: ControllerEnv): Memory {
  let memory = memories.get(env);
  if (!memory) {
    memory = { own: new OwnWrites(), writing: new Map() };
    memories.set(env, memory);
  }
  return memory;
}

/** Mirrors Endpoints of services without a selector. */
export const controller: ControllerDefinition = {
  name: 'endpointslice-mirroring-controller',
  queue: 'endpoint_slice_mirroring',
  account: 'endpointslicemirroring-controller',
  eventSource: 'endpoint-slice-mirroring-controller',
  watches: [
    self(ENDPOINTS),
    { resource: SERVICES, keys: (service) => (selectsNothing(service as Frozen<Service>) ? [keyOf(service)] : []) },
  ],
  reads: [SLICES],
  workers: 5,
  start,
  reconcile,
};

const selectsNothing = ({ spec }: Frozen<Service>): boolean => spec.selector === undefined;

function start(env: ControllerEnv): Cancel {
  const memory = memoryOf(env);
  return env.onChange<EndpointSlice>(SLICES, (change) => followSlice(change, memory, env));
}

/** A slice that somebody else wrote or took away is looked at again. */
function followSlice(change: Change<EndpointSlice>, { own, writing }: Memory, env: ControllerEnv): void {
  const mirrored = [change.before, change.now].filter((slice) => slice !== undefined).filter(isMirrored);
  const waiting = mirrored.map((slice) => writing.get(keyText(serviceOf(slice)))).find((changes) => changes);
  if (waiting) waiting.push(change);
  else if (!own.seen(change)) for (const slice of mirrored) env.enqueue(serviceOf(slice));
}

const serviceOf = ({ metadata }: Frozen<EndpointSlice>): Key => ({
  namespace: metadata.namespace ?? '',
  name: getOwn(metadata.labels, SERVICE_NAME) ?? '',
});

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const memory = memoryOf(env);
  const plan = planOf(key, memory, env);
  const name = keyText(key);
  memory.writing.set(name, []);
  try {
    await write(plan, memory, env);
  } finally {
    const changes = memory.writing.get(name) ?? [];
    memory.writing.delete(name);
    for (const change of changes) followSlice(change, memory, env);
  }
}

function planOf(key: Key, { own }: Memory, env: ControllerEnv): Plan {
  const endpoints = env.lister<Endpoints>(ENDPOINTS).get(key);
  const service = env.lister<Service>(SERVICES).get(key);
  const existing = own
    .merge(env.lister<EndpointSlice>(SLICES).list(key.namespace))
    .filter((slice) => isMirrored(slice) && keyText(serviceOf(slice)) === keyText(key))
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (!endpoints || !service || !isWanted(endpoints) || !selectsNothing(service))
    return { create: [], update: [], remove: existing };
  const desired = desiredOf(endpoints);
  if (desired.invalidCount > 0)
    env.event(
      endpoints,
      'Warning',
      'InvalidIPAddress',
      `Skipped ${desired.invalidCount} invalid IP addresses when mirroring to EndpointSlices`,
    );
  if (desired.skippedCount > desired.invalidCount)
    env.event(
      endpoints,
      'Warning',
      'TooManyAddressesToMirror',
      `A max of ${ADDRESSES_MAX} addresses can be mirrored to EndpointSlices per Endpoints subset. ` +
        `${desired.skippedCount} addresses were skipped`,
    );
  const plan = planSlices(endpoints, desired, existing);
  return endpoints.metadata.deletionTimestamp === undefined ? plan : { ...plan, create: [] };
}

function isWanted({ metadata }: Frozen<Endpoints>): boolean {
  return getOwn(metadata.labels, SKIP_LABEL) !== 'true' && getOwn(metadata.annotations, LEADER) === undefined;
}

async function write({ create, update, remove }: Plan, { own }: Memory, env: ControllerEnv): Promise<void> {
  for (const slice of create) {
    try {
      own.wrote(await env.client.create<EndpointSlice>(SLICES, slice));
    } catch (error) {
      if (isTerminating(error)) return;
      throw error;
    }
  }
  for (const slice of update) own.wrote(await env.client.update<EndpointSlice>(SLICES, slice));
  for (const slice of remove) {
    own.deleted(slice);
    try {
      await env.client.delete(SLICES, keyOf(slice));
    } catch (error) {
      own.forget(slice);
      throw error;
    }
  }
}
