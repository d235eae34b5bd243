import { deepEqual } from '../../../server/base/freeze.ts';
import type {
  DeviceClass,
  DeviceTaintRule,
  ResourceSlice,
  ResourceV1ResourceClaim,
} from '../../../server/kube/types.gen.ts';
import { nodeSelectorMatches } from '../../lib/node-selector.ts';
import { canBeReserved, isReservedFor, RESOURCE_CLAIMS, type ResourceClaim } from '../../lib/resource-claims.ts';
import { haveLabelsChanged } from '../cluster-events.ts';
import { Allocator } from '../devices/allocate.ts';
import { claimsOf } from '../devices/claims.ts';
import { devicesFor, poolsOf } from '../devices/pools.ts';
import { DEVICE_CLASSES, type Wanted, wantedBy } from '../devices/requests.ts';
import { allocationOf } from '../devices/result.ts';
import { type FilterPlugin, type Refusal, unresolvable, type World } from '../framework.ts';

export const SLICES = 'resource.k8s.io/v1/resourceslices';
export const TAINT_RULES = 'resource.k8s.io/v1/devicetaintrules';

/** What is to be allocated to claims. @returns why that cannot be */
function wantedOf(claims: readonly ResourceClaim[], world: World): Wanted[] | Refusal {
  const wanted: Wanted[] = [];
  for (const claim of claims) {
    const { namespace, name } = claim.metadata;
    if (world.assumedDevices.isPending(claim))
      return unresolvable(`resource claim ${namespace}/${name} is in the process of being allocated`);
    const findClass = (className: string) =>
      world.lister<DeviceClass>(DEVICE_CLASSES).get({ namespace: '', name: className });
    const asked = wantedBy(claim, findClass);
    if (typeof asked === 'string') return unresolvable(asked);
    wanted.push(...asked);
  }
  return wanted;
}

/** Claims of devices that are available on a node, or become so by devices that are free there. */
export const dynamicResources: FilterPlugin = {
  name: 'DynamicResources',
  prepare({ pod: { pod }, world, devicePlans }) {
    if (!pod.spec.resourceClaims?.length) return undefined;
    const claims = claimsOf(pod, world);
    if (!claims) return { refusal: unresolvable('waiting for resource claims') };
    if (claims.length === 0) return undefined;
    const given = claims.filter(({ status }) => status.allocation);
    if (given.some((claim) => !canBeReserved(claim) && !isReservedFor(pod, claim)))
      return { refusal: unresolvable('resourceclaim in use') };
    const open = claims.filter(({ status }) => !status.allocation);
    const wanted = wantedOf(open, world);
    if (!Array.isArray(wanted)) return { refusal: wanted };
    const inUse = world.assumedDevices.inUse(world.lister<ResourceV1ResourceClaim>(RESOURCE_CLAIMS).list());
    const pools = poolsOf(world.lister<ResourceSlice>(SLICES).list());
    const rules = world.lister<DeviceTaintRule>(TAINT_RULES).list();
    return {
      filter: {
        check({ node, name }) {
          const isReachable = ({ status }: ResourceClaim): boolean => {
            const selector = status.allocation?.nodeSelector;
            return !selector || nodeSelectorMatches(selector, node);
          };
          if (!given.every(isReachable)) return unresolvable('resourceclaim not available on the node');
          try {
            const devices = devicesFor(pools, rules, node);
            const chosen = new Allocator({ devices, inUse, match: world.matchDevice }).allocate(wanted);
            if (!chosen) return unresolvable('cannot allocate all claims');
            const allocations = new Map(open.map((claim) => [claim, allocationOf(claim, chosen, name)]));
            devicePlans.set(name, { claims, allocations });
            return undefined;
          } catch (error) {
            return unresolvable((error as Error).message);
          }
        },
      },
    };
  },
  helpedBy: {
    node: (event) =>
      event.now !== undefined &&
      (!event.before ||
        haveLabelsChanged(event) ||
        !deepEqual(event.before.status.allocatable, event.now.status.allocatable)),
    'target-pod': ({ before, now }) =>
      !deepEqual(before?.status.resourceClaimStatuses, now?.status.resourceClaimStatuses),
    'resource-claim': ({ before, now }, { pod, namespace }, world) => {
      if (before?.status.allocation && !now?.status.allocation) return true;
      if (!now || now.metadata.namespace !== namespace) return false;
      return (claimsOf(pod, world) ?? []).some(({ metadata }) => metadata.uid === now.metadata.uid);
    },
    'device-class': ({ now }) => now !== undefined,
    'resource-slice': ({ now }) => now !== undefined,
    'device-taint-rule': () => true,
  },
};
