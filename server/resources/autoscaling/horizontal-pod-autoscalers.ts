import type { Frozen } from '../../base/freeze.ts';
import { since } from '../../kube/human-duration.ts';
import type {
  HorizontalPodAutoscaler,
  HPAScalingRules,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { autoscalerProblems } from '../shared/autoscaler-rules.ts';
import { autoscalerV1, cpuMetric, dropRoundTripAnnotations } from '../shared/autoscaler-v1.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { negativeProblems } from '../shared/number-rules.ts';

const DEFAULT_CPU_PERCENT = 80;
const PERIOD_SECONDS = 15;
const PERCENT_POLICY = { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS };

function fillDefaults(autoscaler: HorizontalPodAutoscaler): void {
  const { spec } = autoscaler;
  dropRoundTripAnnotations(autoscaler);
  spec.minReplicas ??= 1;
  if (!spec.metrics?.length) spec.metrics = [cpuMetric(DEFAULT_CPU_PERCENT)];
  if (!spec.behavior) return;
  const podPolicy = { type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS };
  spec.behavior.scaleUp = withDefaults(spec.behavior.scaleUp, [podPolicy, { ...PERCENT_POLICY }], 0);
  spec.behavior.scaleDown = withDefaults(spec.behavior.scaleDown, [{ ...PERCENT_POLICY }]);
}

/** GenerateHPAScaleUpRules and GenerateHPAScaleDownRules. */
function withDefaults(
  rules: HPAScalingRules = {},
  policies: NonNullable<HPAScalingRules['policies']>,
  windowSeconds?: number,
): HPAScalingRules {
  const seconds = rules.stabilizationWindowSeconds ?? windowSeconds;
  return {
    ...(seconds !== undefined && { stabilizationWindowSeconds: seconds }),
    selectPolicy: rules.selectPolicy ?? 'Max',
    policies: rules.policies ?? policies,
    ...(rules.tolerance !== undefined && { tolerance: rules.tolerance }),
  };
}

/** `current/target` of one metric (formatHPAMetrics). */
function metricText(metric: Frozen<MetricSpec>, status: Frozen<MetricStatus> | undefined): string {
  const { external, pods, object, resource, containerResource } = metric;
  switch (metric.type) {
    case 'External':
      return amountText(external?.target, status?.external?.current);
    case 'Pods':
      return `${status?.pods?.current.averageValue ?? '<unknown>'}/${pods?.target.averageValue}`;
    case 'Object':
      return amountText(object?.target, status?.object?.current);
    case 'Resource':
      return shareText(resource, status?.resource?.current);
    case 'ContainerResource':
      return shareText(containerResource, status?.containerResource?.current);
    default:
      return '<unknown type>';
  }
}

type Target = Frozen<MetricTarget> | undefined;
type Current = Frozen<MetricValueStatus> | undefined;

function amountText(target: Target, current: Current): string {
  if (target?.averageValue !== undefined) return `${current?.averageValue ?? '<unknown>'}/${target.averageValue} (avg)`;
  return `${current?.value ?? '<unknown>'}/${target?.value}`;
}

function shareText(
  source: { readonly name: string; readonly target: Frozen<MetricTarget> } | undefined,
  current: Current,
): string {
  const { averageValue, averageUtilization } = source?.target ?? {};
  if (averageValue !== undefined) return `${source?.name}: ${current?.averageValue ?? '<unknown>'}/${averageValue}`;
  const share = current?.averageUtilization === undefined ? '<unknown>' : `${current.averageUtilization}%`;
  return `${source?.name}: ${share}/${averageUtilization === undefined ? '<auto>' : `${averageUtilization}%`}`;
}

function metricsCell(metrics: Frozen<MetricSpec[]>, statuses: Frozen<MetricStatus[]>): string {
  if (metrics.length === 0) return '<none>';
  const texts = metrics.map((metric, i) => metricText(metric, statuses[i]));
  const shown = texts.slice(0, 2).join(', ');
  return texts.length > 2 ? `${shown} + ${texts.length - 2} more...` : shown;
}

export const definition: ResourceDefinition<HorizontalPodAutoscaler> = {
  resource: 'horizontalpodautoscalers.autoscaling',
  fillDefaults,
  beforeCreate(autoscaler) {
    clearStatus(autoscaler, 'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus');
    return undefined;
  },
  validate: autoscalerProblems,
  validateStatus: ({ status }) => [
    ...(status.conditions ?? []).flatMap(({ observedGeneration }, i) =>
      negativeProblems(`status.conditions[${i}].observedGeneration`, observedGeneration),
    ),
    ...negativeProblems('status.currentReplicas', status.currentReplicas),
    ...negativeProblems('status.desiredReplicas', status.desiredReplicas),
  ],
  generationSince: 37,
  generation: ({ spec }) => spec,
  versions: { 'autoscaling/v1': autoscalerV1 },
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`,
    metricsCell(spec.metrics ?? [], status.currentMetrics ?? []),
    String(spec.minReplicas ?? '<unset>'),
    spec.maxReplicas,
    status.currentReplicas ?? 0,
    since(metadata.creationTimestamp, nowMs),
  ],
};
