/** Devices that a node can have: structured/internal/…/pools. */
import type { Frozen } from '../../../server/base/freeze.ts';
import { quantityValue } from '../../../server/kube/quantity.ts';
import type {
  Device,
  DeviceTaint,
  DeviceTaintRule,
  Node,
  NodeSelector,
  ResourceSlice,
} from '../../../server/kube/types.gen.ts';
import { nodeSelectorMatches } from '../../lib/node-selector.ts';

type Slice = Frozen<ResourceSlice>;

/** A device, and where it is. */
export interface PoolDevice {
  readonly id: string;
  readonly driver: string;
  readonly pool: string;
  readonly device: Frozen<Device>;
  /** Those of the device itself and those that rules give it. */
  readonly taints: readonly Frozen<DeviceTaint>[];
  /** What ties it to the node; undefined when it can be used from everywhere. */
  readonly place: 'node' | Frozen<NodeSelector> | undefined;
}

/** What several devices of a pool share, by `DRIVER/POOL/SET/COUNTER`. */
export type Counters = ReadonlyMap<string, number>;

export interface Devices {
  readonly devices: readonly PoolDevice[];
  readonly counters: Counters;
  /** Whether some pool is only told of in part: nobody knows all its devices. */
  readonly isIncomplete: boolean;
}

export const deviceId = (driver: string, pool: string, device: string): string => `${driver}/${pool}/${device}`;

interface Placed {
  readonly nodeName?: string;
  readonly allNodes?: boolean;
  readonly nodeSelector?: Frozen<NodeSelector>;
}

/** Whether a node reaches what is placed so, and how. */
function reach({ nodeName, allNodes, nodeSelector }: Placed, node: Frozen<Node>): PoolDevice['place'] | false {
  if (nodeName) return nodeName === node.metadata.name ? 'node' : false;
  if (allNodes) return undefined;
  return nodeSelector && nodeSelectorMatches(nodeSelector, node) ? nodeSelector : false;
}

/** The slices of the newest generation of each pool. */
export function poolsOf(slices: readonly Slice[]): Map<string, Slice[]> {
  const pools = new Map<string, Slice[]>();
  for (const slice of slices) {
    const { driver, pool } = slice.spec;
    const id = `${driver}/${pool.name}`;
    const known = pools.get(id);
    const generation = known?.[0]?.spec.pool.generation ?? Number.NEGATIVE_INFINITY;
    if (pool.generation === generation) known?.push(slice);
    else if (pool.generation > generation) pools.set(id, [slice]);
  }
  return new Map([...pools].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The devices of pools that are reached from a node. Pools that are told of in part have none. */
export function devicesFor(
  pools: ReadonlyMap<string, readonly Slice[]>,
  rules: readonly Frozen<DeviceTaintRule>[],
  node: Frozen<Node>,
): Devices {
  const devices: PoolDevice[] = [];
  const counters = new Map<string, number>();
  let isIncomplete = false;
  for (const slices of pools.values()) {
    const found = slices.flatMap((slice) => devicesOf(slice, rules, node));
    if (found.length === 0) continue;
    if (slices.length !== slices[0]?.spec.pool.resourceSliceCount) {
      isIncomplete = true;
      continue;
    }
    devices.push(...found);
    for (const { spec } of slices)
      for (const { name, counters: values = {} } of spec.sharedCounters ?? [])
        for (const [counter, { value }] of Object.entries(values))
          counters.set(`${spec.driver}/${spec.pool.name}/${name}/${counter}`, quantityValue(value));
  }
  return { devices, counters, isIncomplete };
}

function devicesOf({ spec }: Slice, rules: readonly Frozen<DeviceTaintRule>[], node: Frozen<Node>): PoolDevice[] {
  const { driver, pool, perDeviceNodeSelection = false } = spec;
  const ofAll = perDeviceNodeSelection ? false : reach(spec, node);
  return (spec.devices ?? []).flatMap((device) => {
    const place = perDeviceNodeSelection ? reach(device, node) : ofAll;
    if (place === false) return [];
    const taints = [...(device.taints ?? []), ...taintsByRules(rules, driver, pool.name, device.name)];
    const id = deviceId(driver, pool.name, device.name);
    return [{ id, driver, pool: pool.name, device, taints, place: device.bindsToNode ? ('node' as const) : place }];
  });
}

function taintsByRules(
  rules: readonly Frozen<DeviceTaintRule>[],
  driver: string,
  pool: string,
  device: string,
): Frozen<DeviceTaint>[] {
  const isMeant = ({ spec: { deviceSelector } }: Frozen<DeviceTaintRule>): boolean =>
    deviceSelector !== undefined &&
    (deviceSelector.driver ?? driver) === driver &&
    (deviceSelector.pool ?? pool) === pool &&
    (deviceSelector.device ?? device) === device;
  return rules.filter(isMeant).map(({ spec }) => spec.taint);
}

/** What a device takes of the counters of its pool. */
export function consumption({ driver, pool, device }: PoolDevice): [counter: string, amount: number][] {
  return (device.consumesCounters ?? []).flatMap(({ counterSet, counters = {} }) =>
    Object.entries(counters).map(([counter, { value }]): [string, number] => [
      `${driver}/${pool}/${counterSet}/${counter}`,
      quantityValue(value),
    ]),
  );
}
