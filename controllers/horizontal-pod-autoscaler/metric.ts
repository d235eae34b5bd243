/** What one metric of an autoscaler asks for, and what its status says: computeStatusFor… in horizontal.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import { formatSelector, type LabelSelectorObject, selectorFromObject } from '../../server/kube/labels.ts';
import type { MetricsSource } from '../../server/kube/metrics-source.ts';
import { formatQuantity, quantityMilliValue } from '../../server/kube/quantity.ts';
import type {
  MetricIdentifier,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../../server/kube/types.gen.ts';
import type { Measurements } from './pod-groups.ts';
import { byAverage, byShare, byUtilization, byValue, type Proposal, sumOf, type Workload } from './replica-count.ts';

/** What a metric is computed from. */
export interface MetricQuestion {
  readonly source: MetricsSource;
  readonly namespace: string;
  /** Finds the pods of the target. */
  readonly podSelector: string;
  readonly workload: Workload;
}

export interface MetricAnswer {
  readonly replicas: number;
  /** What Events and conditions call it. */
  readonly name: string;
  readonly status: MetricStatus;
}

/** A metric from which nothing could be computed. */
export class MetricFault extends Error {
  /** Of the condition and of the Event. */
  readonly reason: string;
  /** What those two say. */
  readonly told: string;

  constructor(reason: string, told: string, message: string) {
    super(message);
    this.reason = reason;
    this.told = told;
  }
}

/** Tells what went wrong first in words of its own. */
async function within<T>(prefix: string, work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${prefix}: ${(error as Error).message}`);
  }
}

/** @throws MetricFault when nothing can be computed */
export async function replicasFor(spec: Frozen<MetricSpec>, question: MetricQuestion): Promise<MetricAnswer> {
  const { object, pods, resource, containerResource, external } = spec;
  if (spec.type === 'Object' && object)
    return faulty('FailedGetObjectMetric', 'failed to get object metric value', async () => ofObject(object, question));
  if (spec.type === 'Pods' && pods)
    return faulty('FailedGetPodsMetric', 'failed to get pods metric value', async () => ofPods(pods, question));
  if (spec.type === 'Resource' && resource)
    return faulty('FailedGetResourceMetric', `failed to get ${resource.name} resource metric value`, async () => {
      const { current, ...answer } = await ofResource({ ...resource, container: '' }, question);
      return { ...answer, status: { type: spec.type, resource: { name: resource.name, current } } };
    });
  if (spec.type === 'ContainerResource' && containerResource) {
    const { name, container } = containerResource;
    const what = `failed to get ${container} container metric value`;
    return faulty('FailedGetContainerResourceMetric', what, async () => {
      const { current, ...answer } = await ofResource(containerResource, question);
      return { ...answer, status: { type: spec.type, containerResource: { name, container, current } } };
    });
  }
  if (spec.type === 'External' && external) return ofExternal(external, question);
  const unknown = `unknown metric source type "${spec.type}"`;
  throw new MetricFault('InvalidMetricSourceType', unknown, unknown);
}

async function faulty(reason: string, prefix: string, work: () => Promise<MetricAnswer>): Promise<MetricAnswer> {
  try {
    return await work();
  } catch (error) {
    const { message } = error as Error;
    throw new MetricFault(reason, message, `${prefix}: ${message}`);
  }
}

const quantity = (value: number, format: 'DecimalSI' | 'BinarySI' = 'DecimalSI'): string =>
  formatQuantity({ nano: BigInt(value) * 1_000_000n, format });

type ResourceSource = { readonly name: string; readonly container: string; readonly target: Frozen<MetricTarget> };

async function ofResource(
  { name, container, target }: ResourceSource,
  question: MetricQuestion,
): Promise<Omit<MetricAnswer, 'status'> & { current: MetricValueStatus }> {
  const format = name === 'memory' ? 'BinarySI' : 'DecimalSI';
  if (target.averageValue !== undefined) {
    const wanted = quantityMilliValue(target.averageValue);
    const { replicas, usage } = await within(`failed to get ${name} usage`, async () =>
      byAverage(question.workload, await usageOf(name, container, question), { resource: name, target: wanted }),
    );
    return { replicas, name: `${name} resource`, current: { averageValue: quantity(usage, format) } };
  }
  const { averageUtilization } = target;
  if (averageUtilization === undefined)
    throw new Error(
      'invalid resource metric source: neither an average utilization target nor an average value (usage) target ' +
        'was set',
    );
  const { replicas, usage, utilization } = await within(`failed to get ${name} utilization`, async () =>
    byUtilization(question.workload, await usageOf(name, container, question), {
      resource: name,
      container,
      target: averageUtilization,
    }),
  );
  const kind = container === '' ? 'resource' : 'container resource';
  return {
    replicas,
    name: `${name} ${kind} utilization (percentage of request)`,
    current: {
      averageValue: quantity(usage, format),
      ...(utilization !== undefined && { averageUtilization: utilization }),
    },
  };
}

/** How much each pod uses, or its container of that name; pods of which not everything is known are left out. */
function usageOf(
  resource: string,
  container: string,
  { source, namespace, podSelector }: MetricQuestion,
): Promise<Measurements> {
  return within(`unable to get metrics for resource ${resource}`, async () => {
    const pods = await within('unable to fetch metrics from resource metrics API', () =>
      source.podUsage(namespace, podSelector),
    );
    if (pods.length === 0) throw new Error('no metrics returned from resource metrics API');
    const measurements: Measurements = new Map();
    for (const { name, timestampMs, windowMs, containers } of pods) {
      const counted = containers.filter((one) => container === '' || one.name === container);
      const amounts = counted.map(({ usage }) => usage[resource]);
      if (amounts.length === 0 || amounts.includes(undefined)) continue;
      const value = amounts.reduce((sum, amount = '0') => sum + quantityMilliValue(amount), 0);
      measurements.set(name, { timestampMs, windowMs, value });
    }
    return measurements;
  });
}

const CUSTOM = 'unable to fetch metrics from custom metrics API';

async function ofPods(
  { metric, target }: { readonly metric: Frozen<MetricIdentifier>; readonly target: Frozen<MetricTarget> },
  { source, namespace, podSelector, workload }: MetricQuestion,
): Promise<MetricAnswer> {
  const query = { namespace, metric: metric.name, metricSelector: textOf(metric.selector), podSelector };
  const measurements: Measurements = await within(`unable to get metric ${metric.name}`, async () => {
    const values = await within(CUSTOM, () => source.podMetrics(query));
    if (values.length === 0) throw new Error('no metrics returned from custom metrics API');
    return new Map(
      values.map(({ name, timestampMs, windowMs, value }) => [
        name,
        { timestampMs, windowMs, value: quantityMilliValue(value) },
      ]),
    );
  });
  const wanted = quantityMilliValue(target.averageValue ?? '0');
  const { replicas, usage } = byAverage(workload, measurements, { resource: '', target: wanted });
  const status: MetricStatus = {
    type: 'Pods',
    pods: { metric: identifier(metric), current: { averageValue: quantity(usage) } },
  };
  return { replicas, name: `pods metric ${metric.name}`, status };
}

type ObjectSource = Frozen<NonNullable<MetricSpec['object']>>;

async function ofObject(
  { metric, target, describedObject: object }: ObjectSource,
  { source, namespace, workload }: MetricQuestion,
): Promise<MetricAnswer> {
  const query = { namespace, metric: metric.name, metricSelector: textOf(metric.selector), object };
  const value = (): Promise<number> =>
    within(`unable to get metric ${metric.name} on ${object.kind} ${namespace}/${object.name}`, async () => {
      const found = await within(CUSTOM, () => source.objectMetric(query));
      return quantityMilliValue(found.value);
    });
  const status = (current: MetricValueStatus): MetricStatus => ({
    type: 'Object',
    object: { describedObject: { ...object }, metric: identifier(metric), current },
  });
  if (target.type === 'Value' && target.value !== undefined) {
    const { replicas, usage } = byValue(workload, await value(), quantityMilliValue(target.value));
    return { replicas, name: `${object.kind} metric ${metric.name}`, status: status({ value: quantity(usage) }) };
  }
  if (target.type === 'AverageValue' && target.averageValue !== undefined) {
    const { replicas, usage } = byShare(workload, await value(), quantityMilliValue(target.averageValue));
    return { replicas, name: nameOf(metric), status: status({ averageValue: quantity(usage) }) };
  }
  throw new Error('invalid object metric source: neither a value target nor an average value target was set');
}

type ExternalSource = Frozen<NonNullable<MetricSpec['external']>>;

/** Its faults name it twice. */
async function ofExternal({ metric, target }: ExternalSource, question: MetricQuestion): Promise<MetricAnswer> {
  const isShare = target.averageValue !== undefined;
  const what = isShare ? `${metric.name} external metric` : `external metric ${metric.name}`;
  const outer = `failed to get ${metric.name} external metric value`;
  const wanted = target.averageValue ?? target.value;
  if (wanted === undefined) {
    const invalid = 'invalid external metric source: neither a value target nor an average value target was set';
    throw new MetricFault('FailedGetExternalMetric', invalid, `${outer}: ${invalid}`);
  }
  const compute = async (): Promise<Proposal> => {
    const total = await externalTotal(metric, question);
    const by = isShare ? byShare : byValue;
    return by(question.workload, total, quantityMilliValue(wanted));
  };
  try {
    const { replicas, usage } = await compute();
    const current = isShare ? { averageValue: quantity(usage) } : { value: quantity(usage) };
    return {
      replicas,
      name: nameOf(metric),
      status: { type: 'External', external: { metric: identifier(metric), current } },
    };
  } catch (error) {
    const { message } = error as Error;
    throw new MetricFault('FailedGetExternalMetric', message, `${outer}: failed to get ${what}: ${message}`);
  }
}

async function externalTotal(metric: Frozen<MetricIdentifier>, { source, namespace }: MetricQuestion): Promise<number> {
  const query = { namespace, metric: metric.name, metricSelector: textOf(metric.selector) };
  return within(`unable to get external metric ${namespace}/${metric.name}/${goText(metric.selector)}`, async () => {
    const values = await within('unable to fetch metrics from external metrics API', () =>
      source.externalMetrics(query),
    );
    if (values.length === 0) throw new Error('no metrics returned from external metrics API');
    return sumOf(values.map(quantityMilliValue));
  });
}

function identifier({ name, selector }: Frozen<MetricIdentifier>): MetricIdentifier {
  return { name, ...(selector && { selector: selector as NonNullable<MetricIdentifier['selector']> }) };
}

const nameOf = ({ name, selector }: Frozen<MetricIdentifier>): string => `external metric ${name}(${goText(selector)})`;

/** As a query parameter; a metric without a selector is asked for with one that selects everything. */
function textOf(selector: Frozen<LabelSelectorObject> | undefined): string {
  return formatSelector(selectorFromObject(selector ?? {}));
}

/** What Go's `%+v` makes of a pointer to a LabelSelector. */
function goText(selector: Frozen<LabelSelectorObject> | undefined): string {
  if (!selector) return 'nil';
  const labels = Object.entries(selector.matchLabels ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}: ${value},`);
  const expressions = (selector.matchExpressions ?? []).map(
    ({ key, operator, values }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${(values ?? []).join(' ')}],},`,
  );
  return (
    `&LabelSelector{MatchLabels:map[string]string{${labels.join('')}},` +
    `MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`
  );
}
