/** All slices of a service, one address type after the other: k8s.io/endpointslice, Reconcile. */
import { deepEqual, type Frozen } from '../../server/base/freeze.ts';
import type { Endpoint, EndpointSlice, Node, Pod, Service } from '../../server/kube/types.gen.ts';
import { type IpFamily, isEndpoint } from '../lib/service-endpoints/pod-endpoint.ts';
import { type EndpointBuilder, endpointKey, type PortSet } from './endpoint.ts';
import { addHints } from './hints.ts';
import { type Plan, pack } from './packing.ts';
import { familiesOf, isOwnedBy, labelsOf, newSlice } from './slice.ts';

export interface Situation {
  readonly builder: EndpointBuilder;
  readonly pods: readonly Frozen<Pod>[];
  readonly slices: readonly Frozen<EndpointSlice>[];
  readonly node: (name: string) => Frozen<Node> | undefined;
}

export interface SlicePlan extends Plan {
  /** Pods that are left out because their nodes do not exist. */
  readonly homeless: readonly Frozen<Pod>[];
}

/** The desired endpoints of one set of ports. */
interface Group {
  readonly ports: PortSet;
  readonly endpoints: Map<string, Endpoint>;
}

/** What has to be written so that the slices of a service hold its pods. */
export function planSlices(situation: Situation): SlicePlan[] {
  const { builder, slices } = situation;
  const families = familiesOf(builder.service);
  const plans = families.map((family) => {
    const existing = slices.filter(({ addressType }) => addressType === family);
    return planFamily(situation, existing, family);
  });
  const strangers = slices.filter(({ addressType }) => !families.includes(addressType as IpFamily));
  return strangers.length > 0 ? [...plans, { create: [], update: [], remove: strangers, homeless: [] }] : plans;
}

function planFamily(situation: Situation, existing: readonly Frozen<EndpointSlice>[], family: IpFamily): SlicePlan {
  const { service, portSets } = situation.builder;
  const { groups, homeless } = grouped(situation, family);
  const byPorts = new Map<string, Frozen<EndpointSlice>[]>();
  const plan: Plan = { create: [], update: [], remove: [] };
  for (const slice of existing) {
    const { key } = portSets.of(slice.ports ?? []);
    if (!isOwnedBy(slice, service)) plan.remove.push(slice);
    else if (byPorts.has(key)) byPorts.get(key)?.push(slice);
    else byPorts.set(key, [slice]);
  }
  for (const { ports, endpoints } of groups.values()) {
    const packed = pack(byPorts.get(ports.key) ?? [], endpoints, service, () => newSlice(service, ports.ports, family));
    byPorts.delete(ports.key);
    plan.create.push(...packed.create);
    plan.update.push(...packed.update);
    plan.remove.push(...packed.remove);
  }
  for (const unwanted of byPorts.values()) plan.remove.push(...unwanted);
  addPlaceholder(plan, existing, service, family);
  return { ...reused(addHints(plan, existing, service), service), homeless };
}

function grouped(
  { builder, pods, node }: Situation,
  family: IpFamily,
): { groups: Map<string, Group>; homeless: Frozen<Pod>[] } {
  const groups = new Map<string, Group>();
  const homeless: Frozen<Pod>[] = [];
  for (const pod of pods) {
    if (!isEndpoint(pod, true)) continue;
    const ports = builder.ports(pod);
    let group = groups.get(ports.key);
    if (!group) {
      group = { ports, endpoints: new Map() };
      groups.set(ports.key, group);
    }
    const home = node(pod.spec.nodeName ?? '');
    if (!home && !builder.service.spec.publishNotReadyAddresses) {
      homeless.push(pod);
      continue;
    }
    const endpoint = builder.endpoint(pod, home, family);
    if (endpoint.addresses?.length) group.endpoints.set(endpointKey(endpoint), endpoint);
  }
  return { groups, homeless };
}

/** A service without endpoints has one slice that says so. */
function addPlaceholder(
  plan: Plan,
  existing: readonly Frozen<EndpointSlice>[],
  service: Frozen<Service>,
  family: IpFamily,
): void {
  if (existing.length !== plan.remove.length || plan.create.length > 0) return;
  const placeholder = newSlice(service, [], family);
  const [only, ...others] = plan.remove;
  if (only && others.length === 0 && isPlaceholder(only, service)) plan.remove.pop();
  else plan.create.push(placeholder);
}

function isPlaceholder(slice: Frozen<EndpointSlice>, service: Frozen<Service>): boolean {
  const isEmpty = !slice.ports?.length && !slice.endpoints?.length;
  return isEmpty && isOwnedBy(slice, service) && deepEqual(slice.metadata.labels, labelsOf(service));
}

/** A slice that would go and one that would come are one slice that changes. */
function reused(plan: Plan, service: Frozen<Service>): Plan {
  const create = [...plan.create];
  const update = [...plan.update];
  const remove = plan.remove.filter((slice) => {
    const next = create.at(-1);
    if (!next || slice.addressType !== next.addressType || !isOwnedBy(slice, service)) return true;
    create.pop();
    update.push({ ...next, metadata: { ...next.metadata, name: slice.metadata.name ?? '' } });
    return false;
  });
  return { create, update, remove };
}
