/** Metrics in the form of autoscaling/v1, which annotations carry. */
import type { Frozen } from '../../base/freeze.ts';
import type { LabelSelector, MetricSpec, MetricStatus } from '../../kube/types.gen.ts';

/** The fields of all sources of v1 together; each type uses some. */
interface SourceV1 {
  name?: string;
  container?: string;
  metricName?: string;
  metricSelector?: LabelSelector;
  selector?: LabelSelector;
  target?: { kind: string; name: string; apiVersion?: string };
  targetValue?: string;
  targetAverageValue?: string;
  targetAverageUtilization?: number;
  averageValue?: string;
  currentValue?: string;
  currentAverageValue?: string;
  currentAverageUtilization?: number;
}

interface MetricV1 {
  type: string;
  object?: SourceV1;
  pods?: SourceV1;
  resource?: SourceV1;
  containerResource?: SourceV1;
  external?: SourceV1;
}

const given = <K extends string, V>(key: K, value: V | undefined): Partial<Record<K, V>> =>
  (value === undefined ? {} : { [key]: value }) as Partial<Record<K, V>>;

/** A metric of the spec, for the annotation. */
export function metricToV1({ type, object, pods, resource, containerResource, external }: Frozen<MetricSpec>): unknown {
  const share = ({ target }: NonNullable<Frozen<MetricSpec>['resource']>): object => ({
    ...given('targetAverageUtilization', target.averageUtilization),
    ...given('targetAverageValue', target.averageValue),
  });
  return {
    type,
    ...(object && {
      object: {
        target: object.describedObject,
        metricName: object.metric.name,
        targetValue: object.target.value ?? '0',
        ...given('selector', object.metric.selector),
        ...given('averageValue', object.target.averageValue),
      },
    }),
    ...(pods && {
      pods: {
        metricName: pods.metric.name,
        targetAverageValue: pods.target.averageValue ?? '0',
        ...given('selector', pods.metric.selector),
      },
    }),
    ...(resource && { resource: { name: resource.name, ...share(resource) } }),
    ...(containerResource && {
      containerResource: {
        name: containerResource.name,
        ...share(containerResource),
        container: containerResource.container,
      },
    }),
    ...(external && {
      external: {
        metricName: external.metric.name,
        ...given('metricSelector', external.metric.selector),
        ...given('targetValue', external.target.value),
        ...given('targetAverageValue', external.target.averageValue),
      },
    }),
  };
}

/** A metric of the annotation. */
export function metricFromV1(value: unknown): MetricSpec {
  const { type, object, pods, resource, containerResource, external } = value as MetricV1;
  const metric: MetricSpec = { type };
  if (object) metric.object = objectFromV1(object);
  if (pods) {
    const target = { type: 'AverageValue', averageValue: pods.targetAverageValue ?? '0' };
    metric.pods = { metric: identifier(pods.metricName, pods.selector), target };
  }
  if (resource) metric.resource = { name: resource.name ?? '', target: shareTarget(resource) };
  if (containerResource) {
    const { name = '', container = '' } = containerResource;
    metric.containerResource = { name, target: shareTarget(containerResource), container };
  }
  if (external) {
    const { metricName, metricSelector, targetValue, targetAverageValue } = external;
    const amounts = { ...given('value', targetValue), ...given('averageValue', targetAverageValue) };
    const target = { type: targetValue === undefined ? 'AverageValue' : 'Value', ...amounts };
    metric.external = { metric: identifier(metricName, metricSelector), target };
  }
  return metric;
}

const identifier = (name = '', selector?: LabelSelector): { name: string; selector?: LabelSelector } => ({
  name,
  ...given('selector', selector),
});

function shareTarget({
  targetAverageUtilization,
  targetAverageValue,
}: SourceV1): NonNullable<MetricSpec['resource']>['target'] {
  return {
    type: targetAverageUtilization === undefined ? 'AverageValue' : 'Utilization',
    ...given('averageValue', targetAverageValue),
    ...given('averageUtilization', targetAverageUtilization),
  };
}

function objectFromV1({
  target,
  metricName,
  targetValue = '0',
  selector,
  averageValue,
}: SourceV1): NonNullable<MetricSpec['object']> {
  // v1 cannot leave the value out: a zero beside an average means none.
  const value = averageValue === undefined || targetValue !== '0' ? targetValue : undefined;
  return {
    describedObject: target ?? { kind: '', name: '' },
    target: {
      type: averageValue === undefined ? 'Value' : 'AverageValue',
      ...given('value', value),
      ...given('averageValue', averageValue),
    },
    metric: identifier(metricName, selector),
  };
}

/** A metric of the status, for the annotation. */
export function metricStatusToV1({
  type,
  object,
  pods,
  resource,
  containerResource,
  external,
}: Frozen<MetricStatus>): unknown {
  const share = ({ current }: NonNullable<Frozen<MetricStatus>['resource']>): object => ({
    ...given('currentAverageUtilization', current.averageUtilization),
    currentAverageValue: current.averageValue ?? '0',
  });
  return {
    type,
    ...(object && {
      object: {
        target: object.describedObject,
        metricName: object.metric.name,
        currentValue: object.current.value ?? '0',
        ...given('selector', object.metric.selector),
        ...given('averageValue', object.current.averageValue),
      },
    }),
    ...(pods && {
      pods: {
        metricName: pods.metric.name,
        currentAverageValue: pods.current.averageValue ?? '0',
        ...given('selector', pods.metric.selector),
      },
    }),
    ...(resource && { resource: { name: resource.name, ...share(resource) } }),
    ...(containerResource && {
      containerResource: {
        name: containerResource.name,
        ...share(containerResource),
        container: containerResource.container,
      },
    }),
    ...(external && {
      external: {
        metricName: external.metric.name,
        ...given('metricSelector', external.metric.selector),
        currentValue: external.current.value ?? '0',
        ...given('currentAverageValue', external.current.averageValue),
      },
    }),
  };
}

/** A metric of the status annotation. */
export function metricStatusFromV1(value: unknown): MetricStatus {
  const { type, object, pods, resource, containerResource, external } = value as MetricV1;
  const status: MetricStatus = { type };
  const share = ({
    currentAverageUtilization,
    currentAverageValue = '0',
  }: SourceV1): NonNullable<MetricStatus['resource']>['current'] => ({
    averageValue: currentAverageValue,
    ...given('averageUtilization', currentAverageUtilization),
  });
  if (object) {
    const current = { value: object.currentValue ?? '0', ...given('averageValue', object.averageValue) };
    const describedObject = object.target ?? { kind: '', name: '' };
    status.object = { metric: identifier(object.metricName, object.selector), current, describedObject };
  }
  if (pods) {
    const current = { averageValue: pods.currentAverageValue ?? '0' };
    status.pods = { metric: identifier(pods.metricName, pods.selector), current };
  }
  if (resource) status.resource = { name: resource.name ?? '', current: share(resource) };
  if (containerResource) {
    const { name = '', container = '' } = containerResource;
    status.containerResource = { name, current: share(containerResource), container };
  }
  if (external) {
    const current = { value: external.currentValue ?? '0', ...given('averageValue', external.currentAverageValue) };
    status.external = { metric: identifier(external.metricName, external.metricSelector), current };
  }
  return status;
}
