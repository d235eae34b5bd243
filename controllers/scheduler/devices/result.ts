/** What is written of devices that were chosen for a claim. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type {
  AllocationResult,
  DeviceAllocationConfiguration,
  NodeSelector,
  NodeSelectorRequirement,
} from '../../../server/kube/types.gen.ts';
import { NODE_NAME } from '../../lib/node-selector.ts';
import type { ResourceClaim } from '../../lib/resource-claims.ts';
import type { Chosen } from './allocate.ts';

/** The allocation of one claim; when it was made is for the writer to say. */
export function allocationOf(claim: ResourceClaim, chosen: readonly Chosen[], node: string): Frozen<AllocationResult> {
  const mine = chosen.filter(({ wanted }) => wanted.claim === claim);
  const results = mine.map(({ variant, device }) => ({
    request: variant.name,
    driver: device.driver,
    pool: device.pool,
    device: device.device.name,
    ...(variant.adminAccess && { adminAccess: true }),
    ...(variant.tolerations.length > 0 && { tolerations: variant.tolerations }),
  }));
  const config = configOf(claim, mine);
  const nodeSelector = selectorFor(mine, node);
  return {
    devices: { ...(results.length > 0 && { results }), ...(config.length > 0 && { config }) },
    ...(nodeSelector && { nodeSelector }),
  };
}

/** That of the classes first, then that of the claim, as far as it is about requests that were satisfied. */
function configOf(claim: ResourceClaim, mine: readonly Chosen[]): Frozen<DeviceAllocationConfiguration>[] {
  const byClass = new Map<Chosen['variant']['deviceClass'], Set<string>>();
  for (const { variant } of mine) {
    const names = byClass.get(variant.deviceClass) ?? new Set();
    byClass.set(variant.deviceClass, names.add(variant.name));
  }
  const satisfied = new Set(mine.flatMap(({ wanted, variant }) => [wanted.name, variant.name]));
  const ofClasses = [...byClass].flatMap(([{ spec }, names]) =>
    (spec.config ?? []).map((config) => ({ source: 'FromClass', requests: [...names], ...config })),
  );
  const ofClaim = (claim.spec.devices?.config ?? []).flatMap(({ requests = [], ...config }) => {
    const kept = requests.filter((request) => satisfied.has(request));
    if (requests.length > 0 && kept.length === 0) return [];
    return [{ source: 'FromClaim', ...(kept.length > 0 && { requests: kept }), ...config }];
  });
  return [...ofClasses, ...ofClaim];
}

/** From where the devices can be used together. */
function selectorFor(mine: readonly Chosen[], node: string): Frozen<NodeSelector> | undefined {
  const matchFields: Frozen<NodeSelectorRequirement>[] = [];
  const matchExpressions: Frozen<NodeSelectorRequirement>[] = [];
  const add = (to: Frozen<NodeSelectorRequirement>[], more: readonly Frozen<NodeSelectorRequirement>[] = []): void => {
    for (const one of more) if (!to.some((known) => JSON.stringify(known) === JSON.stringify(one))) to.push(one);
  };
  for (const { device } of mine) {
    if (device.place === 'node')
      return { nodeSelectorTerms: [{ matchFields: [{ key: NODE_NAME, operator: 'In', values: [node] }] }] };
    const [term] = device.place?.nodeSelectorTerms ?? [];
    add(matchFields, term?.matchFields);
    add(matchExpressions, term?.matchExpressions);
  }
  if (matchFields.length + matchExpressions.length === 0) return undefined;
  const term = {
    ...(matchExpressions.length > 0 && { matchExpressions }),
    ...(matchFields.length > 0 && { matchFields }),
  };
  return { nodeSelectorTerms: [term] };
}
