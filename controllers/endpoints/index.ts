import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { selectorFromLabels } from '../../server/kube/labels.ts';
import { type Key, keyOf, keyText } from '../../server/kube/object.ts';
import type { Endpoints, Pod, Service } from '../../server/kube/types.gen.ts';
import { Batches } from '../lib/batches.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { OwnWrites } from '../lib/own-writes.ts';
import { selectsPods } from '../lib/service-endpoints/pod-endpoint.ts';
import { SelectorIndex } from '../lib/service-endpoints/selector-index.ts';
import { TriggerTimes } from '../lib/service-endpoints/trigger-time.ts';
import { isTerminating } from '../lib/terminating.ts';
import { SubsetBuilder } from './subsets.ts';
import { desiredEndpoints } from './sync.ts';

const SERVICES = 'v1/services';
const PODS = 'v1/pods';
const ENDPOINTS = 'v1/endpoints';

/** Endpoints that are a lock and not those of a service. */
const LEADER = 'control-plane.alpha.kubernetes.io/leader';

/** What one running controller remembers. */
interface Memory {
  readonly services: SelectorIndex;
  readonly times: TriggerTimes;
  readonly own: OwnWrites<Endpoints>;
  readonly batches: Batches;
  /** By service. */
  readonly builders: Map<string, SubsetBuilder>;
}

const memories = new WeakMap<ControllerEnv, Memory>();

/** Writes an Endpoints object for every service with a selector. */
export const controller: ControllerDefinition = {
  name: 'endpoints-controller',
  queue: 'endpoint',
  account: 'endpoint-controller',
  watches: [self(SERVICES)],
  reads: [PODS, ENDPOINTS],
  start,
  reconcile,
};

function start(env: ControllerEnv): Cancel {
  const memory: Memory = {
    services: new SelectorIndex(),
    times: new TriggerTimes(),
    own: new OwnWrites(),
    batches: new Batches(),
    builders: new Map(),
  };
  memories.set(env, memory);
  const cancels = [
    env.onChange<Service>(SERVICES, (change) => memory.services.follow(change)),
    env.onChange<Pod>(PODS, (change) => {
      for (const key of memory.services.affectedBy(change)) {
        memory.batches.changed(keyText(key));
        env.enqueue(key);
      }
    }),
    env.onChange<Endpoints>(ENDPOINTS, (change) => {
      memory.own.seen(change);
      if (change.before && !change.now) env.enqueue(keyOf(change.before));
    }),
  ];
  // What was left over while the controller did not run: Endpoints without a service.
  for (const endpoints of env.lister<Endpoints>(ENDPOINTS).list()) {
    if (!Object.hasOwn(endpoints.metadata.annotations ?? {}, LEADER)) env.enqueue(keyOf(endpoints));
  }
  return () => {
    for (const cancel of cancels) cancel();
  };
}

async function reconcile(key: Key, env: ControllerEnv): Promise<undefined> {
  const memory = memories.get(env);
  if (!memory) return;
  const name = keyText(key);
  await memory.batches.ready(name);
  const service = env.lister<Service>(SERVICES).get(key);
  const current = memory.own.latest(name, env.lister<Endpoints>(ENDPOINTS).get(key));
  if (!service) {
    memory.times.forget(name);
    memory.batches.forget(name);
    memory.builders.delete(name);
    if (current) await remove(key, current, memory, env);
    return;
  }
  if (!selectsPods(service)) return;
  const pods = env.lister<Pod>(PODS).list(key.namespace, selectorFromLabels(service.spec.selector ?? {}));
  const triggerTime = memory.times.next(name, service, pods);
  const desired = desiredEndpoints(builderOf(name, service, memory), pods, current, triggerTime);
  if (!desired) return;
  await write(service, desired, current === undefined, memory, env);
  memory.batches.wrote(name, pods.length);
}

function builderOf(name: string, service: Frozen<Service>, { builders }: Memory): SubsetBuilder {
  const known = builders.get(name);
  if (known?.service === service) return known;
  const builder = new SubsetBuilder(service);
  builders.set(name, builder);
  return builder;
}

async function write(
  service: Frozen<Service>,
  desired: Endpoints,
  isNew: boolean,
  memory: Memory,
  env: ControllerEnv,
): Promise<void> {
  try {
    const { client } = env;
    memory.own.wrote(await (isNew ? client.create<Endpoints>(ENDPOINTS, desired) : client.update(ENDPOINTS, desired)));
  } catch (error) {
    if (isNew && isTerminating(error)) return;
    const { namespace, name } = service.metadata;
    const about = { kind: 'Endpoints', apiVersion: 'v1', metadata: desired.metadata };
    const [reason, what] = isNew
      ? ['FailedToCreateEndpoint', `create endpoint for service ${namespace}/${name}`]
      : ['FailedToUpdateEndpoint', `update endpoint ${namespace}/${name}`];
    env.event(about, 'Warning', reason, `Failed to ${what}: ${(error as Error).message}`);
    throw error;
  }
}

async function remove(key: Key, current: Frozen<Endpoints>, memory: Memory, env: ControllerEnv): Promise<void> {
  memory.own.deleted(current);
  try {
    await env.client.delete(ENDPOINTS, key);
  } catch (error) {
    memory.own.forget(current);
    if (!(error instanceof ApiError && error.code === 404)) throw error;
  }
}
