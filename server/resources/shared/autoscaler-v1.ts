/**
 * HorizontalPodAutoscalers as autoscaling/v1 shows them: one percentage of the CPU, and everything else in annotations
 * (pkg/apis/autoscaling/v1/conversion.go).
 */
import { type Frozen, getOwn, setOwn, thaw } from '../../base/freeze.ts';
import type { KubeObject, ObjectMeta } from '../../kube/object.ts';
import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerBehavior,
  HorizontalPodAutoscalerCondition,
  MetricSpec,
  MetricStatus,
} from '../../kube/types.gen.ts';
import type { VersionConversion } from '../../registry/resource.ts';
import { internalForm } from './internal-form.ts';
import { metricFromV1, metricStatusFromV1, metricStatusToV1, metricToV1 } from './metric-v1.ts';

const PREFIX = 'autoscaling.alpha.kubernetes.io/';
const METRICS = `${PREFIX}metrics`;
const CURRENT_METRICS = `${PREFIX}current-metrics`;
const BEHAVIOR = `${PREFIX}behavior`;
const CONDITIONS = `${PREFIX}conditions`;
const ROUND_TRIP = [
  METRICS,
  CURRENT_METRICS,
  BEHAVIOR,
  CONDITIONS,
  `${PREFIX}scale-down-tolerance`,
  `${PREFIX}scale-up-tolerance`,
];

/** An autoscaler of autoscaling/v1. */
type AutoscalerV1 = KubeObject & {
  spec: {
    scaleTargetRef: HorizontalPodAutoscaler['spec']['scaleTargetRef'];
    minReplicas?: number;
    maxReplicas: number;
    targetCPUUtilizationPercentage?: number;
  };
  status: {
    observedGeneration?: number;
    lastScaleTime?: string;
    currentReplicas?: number;
    desiredReplicas?: number;
    currentCPUUtilizationPercentage?: number;
  };
};

const isCpuShare = ({ type, resource }: Frozen<MetricSpec>): boolean =>
  type === 'Resource' && resource?.name === 'cpu' && resource.target.averageUtilization !== undefined;

/** The metric that v1 has a field for. */
export function cpuMetric(averageUtilization: number): MetricSpec {
  return { type: 'Resource', resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } } };
}

/** Takes away the annotations that carry what v1 has no fields for: no stored object has them. */
export function dropRoundTripAnnotations({ metadata }: KubeObject): void {
  const { annotations } = metadata;
  if (!annotations) return;
  for (const key of ROUND_TRIP) delete annotations[key];
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
}

/** What an annotation holds; nothing when it is missing or cannot be read. */
function readAnnotation<T>(annotations: Readonly<Record<string, string>> | undefined, key: string): T | undefined {
  const text = getOwn(annotations, key);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** The annotation holds an internal type, so its fields may begin with capital letters. */
function withSmallNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withSmallNames);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => inner !== null);
  return Object.fromEntries(
    entries.map(([key, inner]) => [key.charAt(0).toLowerCase() + key.slice(1), withSmallNames(inner)]),
  );
}

function toStored(object: KubeObject): KubeObject {
  const { kind, metadata, spec, status } = object as AutoscalerV1;
  const { annotations } = metadata;
  const { targetCPUUtilizationPercentage: cpu, ...rest } = spec;
  const others = readAnnotation<unknown[]>(annotations, METRICS);
  const metrics = [
    ...(Array.isArray(others) ? others.map(metricFromV1) : []),
    ...(cpu === undefined ? [] : [cpuMetric(cpu)]),
  ];
  const behavior = withSmallNames(readAnnotation(annotations, BEHAVIOR)) as HorizontalPodAutoscalerBehavior | undefined;
  const { currentCPUUtilizationPercentage: current, currentReplicas, desiredReplicas = 0, ...times } = status;
  const statuses = readAnnotation<unknown[]>(annotations, CURRENT_METRICS);
  const cpuStatus: MetricStatus[] | null =
    current === undefined
      ? null
      : [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: current } } }];
  const conditions = readAnnotation<HorizontalPodAutoscalerCondition[]>(annotations, CONDITIONS);
  const stored = {
    ...(kind !== undefined && { kind }),
    apiVersion: 'autoscaling/v2',
    metadata,
    spec: {
      ...rest,
      // v1 always meant the CPU when it said nothing.
      metrics: metrics.length > 0 ? metrics : [cpuMetric(80)],
      ...(behavior && Object.keys(behavior).length > 0 && { behavior }),
    },
    status: {
      ...times,
      ...(currentReplicas && { currentReplicas }),
      desiredReplicas,
      currentMetrics: Array.isArray(statuses) ? statuses.map(metricStatusFromV1) : cpuStatus,
      ...(Array.isArray(conditions) && { conditions }),
    },
  };
  dropRoundTripAnnotations(stored);
  return stored;
}

function fromStored(object: Frozen<KubeObject>): KubeObject {
  const { kind, metadata, spec, status } = object as unknown as Frozen<HorizontalPodAutoscaler>;
  const { metrics = [], behavior, ...rest } = spec;
  const { currentMetrics, conditions = [], currentReplicas = 0, desiredReplicas, ...times } = status;
  const cpu = metrics.find(isCpuShare)?.resource?.target.averageUtilization;
  const others = metrics.filter((metric) => !isCpuShare(metric));
  const current = currentMetrics?.findLast(
    ({ resource }) => resource?.name === 'cpu' && resource.current.averageUtilization !== undefined,
  );
  const extra: Record<string, string> = {};
  if (others.length > 0) extra[METRICS] = JSON.stringify(others.map(metricToV1));
  if (currentMetrics?.length) extra[CURRENT_METRICS] = JSON.stringify(currentMetrics.map(metricStatusToV1));
  if (behavior) {
    extra[BEHAVIOR] = JSON.stringify(
      internalForm(behavior, 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior'),
    );
  }
  if (conditions.length > 0) extra[CONDITIONS] = JSON.stringify(conditions);
  const meta = thaw(metadata) as ObjectMeta;
  if (Object.keys(extra).length > 0) {
    // Go prints maps sorted.
    const annotations: Record<string, string> = {};
    const all = { ...meta.annotations, ...extra };
    for (const key of Object.keys(all).sort()) setOwn(annotations, key, all[key]);
    meta.annotations = annotations;
  }
  const utilization = current?.resource?.current.averageUtilization;
  return {
    ...(kind !== undefined && { kind }),
    apiVersion: 'autoscaling/v1',
    metadata: meta,
    spec: { ...rest, ...(cpu !== undefined && { targetCPUUtilizationPercentage: cpu }) },
    status: {
      ...times,
      currentReplicas,
      desiredReplicas,
      ...(utilization !== undefined && { currentCPUUtilizationPercentage: utilization }),
    },
  };
}

export const autoscalerV1: VersionConversion = { toStored, fromStored };
