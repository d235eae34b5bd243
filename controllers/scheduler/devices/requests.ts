/** What claims ask for, in a form that can be gone through. */
import type { Frozen } from '../../../server/base/freeze.ts';
import type { MatchDevice } from '../../../server/kube/device-match.ts';
import type {
  DeviceClass,
  DeviceConstraint,
  DeviceToleration,
  ExactDeviceRequest,
} from '../../../server/kube/types.gen.ts';
import type { ResourceClaim } from '../../lib/resource-claims.ts';
import { untoleratedTaint } from '../../lib/tolerations.ts';
import type { PoolDevice } from './pools.ts';

export const DEVICE_CLASSES = 'resource.k8s.io/v1/deviceclasses';

/** One way to satisfy a request. */
export interface Variant {
  /** `REQUEST` or `REQUEST/SUBREQUEST`, as results name it. */
  readonly name: string;
  readonly deviceClass: Frozen<DeviceClass>;
  readonly expressions: readonly string[];
  readonly takesAll: boolean;
  readonly count: number;
  readonly adminAccess?: boolean;
  readonly tolerations: readonly Frozen<DeviceToleration>[];
}

/** A request, with the ways to satisfy it, the best first. */
export interface Wanted {
  readonly claim: ResourceClaim;
  readonly name: string;
  readonly variants: readonly Variant[];
}

type Request = Frozen<ExactDeviceRequest>;
type FindClass = (name: string) => Frozen<DeviceClass> | undefined;

/** What a claim asks for. @returns why it cannot be had at all, as text */
export function wantedBy(claim: ResourceClaim, findClass: FindClass): Wanted[] | string {
  const wanted: Wanted[] = [];
  for (const { name, exactly, firstAvailable = [] } of claim.spec.devices?.requests ?? []) {
    const asked: [string, Request][] = exactly
      ? [[name, exactly]]
      : firstAvailable.map((sub) => [`${name}/${sub.name}`, sub]);
    const variants: Variant[] = [];
    for (const [variant, request] of asked) {
      const deviceClass = findClass(request.deviceClassName);
      if (!deviceClass) return `request ${variant}: device class ${request.deviceClassName} does not exist`;
      variants.push(variantOf(variant, request, deviceClass));
    }
    wanted.push({ claim, name, variants });
  }
  return wanted;
}

function variantOf(name: string, request: Request, deviceClass: Frozen<DeviceClass>): Variant {
  const { selectors = [], allocationMode = 'ExactCount', count = 1, adminAccess, tolerations = [] } = request;
  const expressions = [...(deviceClass.spec.selectors ?? []), ...selectors].flatMap(({ cel }) => cel?.expression ?? []);
  return {
    name,
    deviceClass,
    expressions,
    takesAll: allocationMode === 'All',
    count,
    tolerations,
    ...(adminAccess !== undefined && { adminAccess }),
  };
}

/** Whether all expressions of a request select a device. @throws Error when one cannot say */
export function selects({ expressions }: Variant, { driver, device }: PoolDevice, match: MatchDevice): boolean {
  return expressions.every((expression) => {
    const answer = match(expression, { driver, ...device });
    if (typeof answer === 'string') throw new Error(answer);
    return answer;
  });
}

export function isTolerated({ tolerations }: Variant, { taints }: PoolDevice): boolean {
  return untoleratedTaint(taints, tolerations, ['NoSchedule', 'NoExecute']) === undefined;
}

/** Whether devices of a claim may go together. */
export function areConsistent(
  constraints: readonly Frozen<DeviceConstraint>[],
  chosen: readonly { readonly request: string; readonly device: PoolDevice }[],
): boolean {
  return constraints.every(({ requests = [], matchAttribute, distinctAttribute }) => {
    const attribute = matchAttribute ?? distinctAttribute;
    if (attribute === undefined) return true;
    const meant = chosen.filter(
      ({ request }) => requests.length === 0 || requests.includes(request) || requests.includes(parentOf(request)),
    );
    const values = meant.map(({ device }) => attributeText(device, attribute));
    if (values.includes(undefined)) return false;
    const different = new Set(values).size;
    return matchAttribute === undefined ? different === values.length : different <= 1;
  });
}

const parentOf = (request: string): string => request.split('/')[0] ?? request;

/** The value of an attribute, comparable; names without a domain are the driver's. */
function attributeText({ driver, device: { attributes = {} } }: PoolDevice, name: string): string | undefined {
  const own = name.startsWith(`${driver}/`) ? attributes[name.slice(driver.length + 1)] : undefined;
  const value = attributes[name] ?? own;
  return value && JSON.stringify(value);
}
