/** What services, claims for storage and claims for devices use. */
import { type Frozen, getOwn, setOwn } from '../../base/freeze.ts';
import { addQuantity, compareAmounts } from '../amounts.ts';
import { formatQuantity, parseQuantity } from '../quantity.ts';
import type { PersistentVolumeClaim, ResourceV1ResourceClaim, Service } from '../types.gen.ts';
import type { Evaluator } from './evaluator.ts';
import { selects } from './scope.ts';

const SERVICE_NAMES = new Set(['count/services', 'services', 'services.nodeports', 'services.loadbalancers']);

/** Ports of nodes are allocated later: what counts is the intent. */
function nodePorts({ spec }: Frozen<Service>): number {
  const ports = spec.ports ?? [];
  if (spec.type === 'NodePort') return ports.length;
  if (spec.type !== 'LoadBalancer') return 0;
  return spec.allocateLoadBalancerNodePorts === false ? ports.filter(({ nodePort }) => nodePort).length : ports.length;
}

export const serviceEvaluator: Evaluator = {
  counts: (name) => SERVICE_NAMES.has(name),
  usage(object) {
    const service = object as unknown as Frozen<Service>;
    return {
      'count/services': '1',
      services: '1',
      'services.loadbalancers': service.spec.type === 'LoadBalancer' ? '1' : '0',
      'services.nodeports': String(nodePorts(service)),
    };
  },
  countsChanges: true,
};

const CLAIMS = 'persistentvolumeclaims';
const STORAGE = 'requests.storage';
const OF_CLASS = '.storageclass.storage.k8s.io/';
const NANO = 1_000_000_000n;

/** Quotas count whole bytes. */
function wholeBytes(amount: string): string {
  const { nano, format } = parseQuantity(amount);
  const rest = nano % NANO;
  return rest === 0n ? amount : formatQuantity({ nano: nano - rest + NANO, format });
}

/** What a claim asks for, or what it was given already if that is more. */
function storageOf({ spec, status }: Frozen<PersistentVolumeClaim>): string | undefined {
  const asked = getOwn(spec.resources.requests, 'storage');
  if (asked === undefined) return undefined;
  const allocated = getOwn(status.allocatedResources, 'storage');
  return wholeBytes(allocated !== undefined && compareAmounts(allocated, asked) > 0 ? allocated : asked);
}

export const claimEvaluator: Evaluator = {
  counts: (name) =>
    name === `count/${CLAIMS}` ||
    [CLAIMS, STORAGE].some((counted) => name === counted || name.endsWith(`${OF_CLASS}${counted}`)),
  usage(object) {
    const claim = object as unknown as Frozen<PersistentVolumeClaim>;
    const annotation = getOwn(claim.metadata.annotations, 'volume.beta.kubernetes.io/storage-class');
    const storageClass = annotation ?? claim.spec.storageClassName ?? '';
    const storage = storageOf(claim);
    const usage: Record<string, string> = { [CLAIMS]: '1', [`count/${CLAIMS}`]: '1' };
    if (storage !== undefined) usage[STORAGE] = storage;
    if (storageClass === '') return usage;
    usage[`${storageClass}${OF_CLASS}${CLAIMS}`] = '1';
    if (storage !== undefined) usage[`${storageClass}${OF_CLASS}${STORAGE}`] = storage;
    return usage;
  },
  inScope(scope, object) {
    const { spec, status } = object as unknown as Frozen<PersistentVolumeClaim>;
    if (scope.scopeName !== 'VolumeAttributesClass') return false;
    const names = [
      spec.volumeAttributesClassName,
      status.currentVolumeAttributesClassName,
      status.modifyVolumeStatus?.targetVolumeAttributesClassName,
    ];
    return selects(scope, names.filter((name) => name !== undefined && name !== '') as string[]);
  },
  countsChanges: true,
};

const DEVICES = '.deviceclass.resource.k8s.io/devices';
/** The most that a request for all devices may get. */
const DEVICES_MAX = 32;

interface DeviceCount {
  readonly deviceClassName: string;
  readonly allocationMode: string;
  readonly count?: number;
}

function devices({ allocationMode, count = 0 }: DeviceCount): string {
  return allocationMode === 'All' ? String(DEVICES_MAX) : allocationMode === 'ExactCount' ? String(count) : '0';
}

export const deviceEvaluator: Evaluator = {
  counts: (name) => name === 'count/resourceclaims.resource.k8s.io' || name.endsWith(DEVICES),
  usage(object) {
    const { spec } = object as unknown as Frozen<ResourceV1ResourceClaim>;
    const usage: Record<string, string> = { 'count/resourceclaims.resource.k8s.io': '1' };
    for (const { exactly, firstAvailable } of spec.devices?.requests ?? []) {
      const most: Record<string, string> = {};
      // One of the alternatives is allocated: of each class, the worst counts.
      for (const request of firstAvailable ?? (exactly ? [exactly] : [])) {
        const name = `${request.deviceClassName}${DEVICES}`;
        const known = getOwn(most, name);
        const amount = devices(request as DeviceCount);
        if (known === undefined || compareAmounts(amount, known) > 0) setOwn(most, name, amount);
      }
      for (const [name, amount] of Object.entries(most))
        setOwn(usage, name, addQuantity(getOwn(usage, name) ?? '0', amount));
    }
    return usage;
  },
  countsChanges: true,
};
