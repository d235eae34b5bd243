import type { Cancel } from '../../server/base/clock.ts';
import { type Frozen, getOwn } from '../../server/base/freeze.ts';
import { selectorFromLabels } from '../../server/kube/labels.ts';
import { type Key, keyText } from '../../server/kube/object.ts';
import type { EndpointSlice, Node, Pod, Service } from '../../server/kube/types.gen.ts';
import { Batches } from '../lib/batches.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import type { Change } from '../lib/informer.ts';
import { OwnWrites } from '../lib/own-writes.ts';
import { selectsPods } from '../lib/service-endpoints/pod-endpoint.ts';
import { SelectorIndex } from '../lib/service-endpoints/selector-index.ts';
import { TriggerTimes } from '../lib/service-endpoints/trigger-time.ts';
import type { Again } from '../lib/work-queue.ts';
import { EndpointBuilder } from './endpoint.ts';
import { planSlices, type SlicePlan } from './plan.ts';
import { isManaged, SERVICE_NAME } from './slice.ts';
import { finish } from './writes.ts';

const SERVICES = 'v1/services';
const PODS = 'v1/pods';
const NODES = 'v1/nodes';
const SLICES = 'discovery.k8s.io/v1/endpointslices';

/** Pods on nodes that do not exist are looked at again after this, doubled each time (defaultSyncBackOff). */
const FIRST_RETRY_MS = 1000;
const LONGEST_RETRY_MS = 1000 * 1000;

/** What one running controller remembers, by service where it says so. */
interface Memory {
  readonly services: SelectorIndex;
  readonly times: TriggerTimes;
  readonly own: Map<string, OwnWrites<EndpointSlice>>;
  /** How often a service was left incomplete in a row. */
  readonly failures: Map<string, number>;
  /** Services that are written right now, with what their slices told meanwhile: mostly the controller's own writes. */
  readonly writing: Map<string, Change<EndpointSlice>[]>;
  readonly builders: Map<string, EndpointBuilder>;
  readonly batches: Batches;
}

const memories = new WeakMap<ControllerEnv, Memory>();

/** Keeps the EndpointSlices of every service with a selector. */
export const controller: ControllerDefinition = {
  name: 'endpointslice-controller',
  queue: 'endpoint_slice',
  account: 'endpointslice-controller',
  eventSource: 'endpoint-slice-controller',
  watches: [self(SERVICES)],
  reads: [PODS, NODES, SLICES],
  start,
  reconcile,
};

function start(env: ControllerEnv): Cancel {
  const memory: Memory = {
    services: new SelectorIndex(),
    times: new TriggerTimes(),
    own: new Map(),
    failures: new Map(),
    writing: new Map(),
    builders: new Map(),
    batches: new Batches(),
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
    env.onChange<EndpointSlice>(SLICES, (change) => followSlice(change, memory, env)),
    env.onChange<Node>(NODES, ({ before }) => {
      if (!before) for (const service of memory.failures.keys()) env.enqueue(parseService(service));
    }),
  ];
  return () => {
    for (const cancel of cancels) cancel();
  };
}

function parseService(text: string): Key {
  const [namespace = '', name = ''] = text.split('/');
  return { namespace, name };
}

const serviceOf = ({ metadata }: Frozen<EndpointSlice>): Key => ({
  namespace: metadata.namespace ?? '',
  name: getOwn(metadata.labels, SERVICE_NAME) ?? '',
});

/** A slice that somebody else wrote or took away is looked at again; its labels only when they say whose it is. */
function followSlice(change: Change<EndpointSlice>, memory: Memory, env: ControllerEnv): void {
  const { before, now } = change;
  const slice = now ?? before;
  if (!slice) return;
  const key = serviceOf(slice);
  const writing = memory.writing.get(keyText(key));
  if (writing) {
    writing.push(change);
    return;
  }
  if (memory.own.get(keyText(key))?.seen(change)) return;
  const isMoved = before && now && (isManaged(before) !== isManaged(now) || serviceOf(before).name !== key.name);
  const isChanged = before?.metadata.generation !== now?.metadata.generation;
  if (!isMoved && !(isManaged(slice) && isChanged)) return;
  for (const { name, namespace } of isMoved ? [key, serviceOf(before)] : [key])
    if (name !== '') env.enqueue({ namespace, name });
}

async function reconcile(key: Key, env: ControllerEnv): Promise<Again | undefined> {
  const memory = memories.get(env);
  if (!memory) return undefined;
  const name = keyText(key);
  await memory.batches.ready(name);
  const service = env.lister<Service>(SERVICES).get(key);
  if (!service) {
    // The slices go with their owner.
    memory.times.forget(name);
    memory.batches.forget(name);
    for (const byName of [memory.own, memory.failures, memory.builders]) byName.delete(name);
    return undefined;
  }
  if (!selectsPods(service)) return undefined;
  const own = memory.own.get(name) ?? new OwnWrites();
  memory.own.set(name, own);
  const pods = env.lister<Pod>(PODS).list(key.namespace, selectorFromLabels(service.spec.selector ?? {}));
  const slices = own.merge(slicesOf(key, env)).filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  const triggerTime = memory.times.next(name, service, pods);
  const nodes = env.lister<Node>(NODES);
  const builder = builderOf(name, service, memory);
  const plans = planSlices({ builder, pods, slices, node: (node) => nodes.get({ namespace: '', name: node }) });
  memory.writing.set(name, []);
  try {
    await finish(service, plans, triggerTime, own, env);
  } finally {
    const changes = memory.writing.get(name) ?? [];
    memory.writing.delete(name);
    for (const change of changes) followSlice(change, memory, env);
  }
  if (plans.some(({ create, update, remove }) => create.length + update.length + remove.length > 0))
    memory.batches.wrote(name, pods.length);
  return again(name, service, plans, memory, env);
}

function builderOf(name: string, service: Frozen<Service>, { builders }: Memory): EndpointBuilder {
  const known = builders.get(name);
  if (known?.service === service) return known;
  const builder = new EndpointBuilder(service);
  builders.set(name, builder);
  return builder;
}

function slicesOf({ namespace, name }: Key, env: ControllerEnv): Frozen<EndpointSlice>[] {
  const slices = env.lister<EndpointSlice>(SLICES).list(namespace);
  return slices.filter((slice) => isManaged(slice) && serviceOf(slice).name === name);
}

/** Pods whose nodes do not exist (yet) are the only thing that is left for later. */
function again(
  name: string,
  service: Frozen<Service>,
  plans: readonly SlicePlan[],
  memory: Memory,
  env: ControllerEnv,
): Again | undefined {
  const problems = plans.map(({ homeless }) => {
    const texts = homeless.map(
      ({ metadata, spec }) =>
        `skipping Pod ${metadata.name} for Service ${name}: Node ${spec.nodeName ?? ''} Not Found`,
    );
    return texts.length > 1 ? `[${texts.join(', ')}]` : texts.join();
  });
  const [first, ...others] = [...new Set(problems.filter((problem) => problem !== ''))];
  if (first === undefined) {
    memory.failures.delete(name);
    return undefined;
  }
  const message = others.length > 0 ? `[${[first, ...others].join(', ')}]` : first;
  env.event(
    service,
    'Warning',
    'FailedToUpdateEndpointSlices',
    `Error updating Endpoint Slices for Service ${name}: ${message}`,
  );
  const failures = memory.failures.get(name) ?? 0;
  memory.failures.set(name, failures + 1);
  return { againInMs: Math.min(FIRST_RETRY_MS * 2 ** failures, LONGEST_RETRY_MS), kind: 'retry' };
}
