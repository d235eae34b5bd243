import type { Step } from '../../../support/exchanges.ts';
import { apply, get, managed, patch, post, put } from './steps.ts';

const HPAS = '/apis/autoscaling/v2/namespaces/$NS/horizontalpodautoscalers';
const OLD_HPAS = '/apis/autoscaling/v1/namespaces/$NS/horizontalpodautoscalers';
const target = (name: string): object => ({ scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name } });
const hpa = (version: string, name: string, spec: object, metadata: object = {}): object => ({
  apiVersion: `autoscaling/${version}`,
  kind: 'HorizontalPodAutoscaler',
  metadata: { name, ...metadata },
  spec: { ...target('d'), ...spec },
});
const cpu = (averageUtilization: number): object => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const memory = (averageValue: string): object => ({
  type: 'Resource',
  resource: { name: 'memory', target: { type: 'AverageValue', averageValue } },
});
const behavior = { scaleDown: { stabilizationWindowSeconds: 60 } };
/** The controller of the real server writes these meanwhile. */
const quiet = { ...managed, without: ['status', 'annotations'] };
const by = (path: string, manager: string): string => `${path}?fieldManager=${manager}`;

/** Updates by clients of one version of what those of another version own. */
const scalers: Step[] = [
  post(by(HPAS, 'new'), hpa('v2', 'a', { minReplicas: 1, maxReplicas: 3, metrics: [cpu(50)] }), quiet),
  patch(by(`${OLD_HPAS}/a`, 'old'), { spec: { maxReplicas: 4 } }, quiet),
  patch(by(`${OLD_HPAS}/a`, 'old'), { spec: { targetCPUUtilizationPercentage: 60 } }, quiet),
  patch(by(`${HPAS}/a`, 'new'), { spec: { metrics: [cpu(70), memory('1Gi')] } }, quiet),
  patch(by(`${OLD_HPAS}/a`, 'old'), { spec: { targetCPUUtilizationPercentage: null } }, quiet),
  patch(by(`${HPAS}/a`, 'new'), { spec: { minReplicas: 2, behavior } }, quiet),
  put(by(`${OLD_HPAS}/a`, 'putter'), hpa('v1', 'a', { maxReplicas: 5 }, { labels: { l: 'x' } }), quiet),
  put(by(`${HPAS}/a`, 'putter'), hpa('v2', 'a', { maxReplicas: 5, minReplicas: 3 }, { labels: { l: 'y' } }), quiet),
  post(by(OLD_HPAS, 'old'), hpa('v1', 'b', { maxReplicas: 3, targetCPUUtilizationPercentage: 50 }), quiet),
  patch(by(`${HPAS}/b`, 'new'), { spec: { maxReplicas: 4 } }, quiet),
  patch(by(`${HPAS}/b`, 'old'), { spec: { metrics: [cpu(60)] } }, quiet),
  patch(by(`${HPAS}/b`, 'new'), { spec: { metrics: [memory('1Gi')], ...target('e') } }, quiet),
  patch(by(`${HPAS}/b`, 'new'), { metadata: { labels: { l: 'x' } } }, quiet),
  patch(by(`${OLD_HPAS}/b`, 'old'), { metadata: { labels: { l: null } } }, quiet),
  apply(`${HPAS}/c`, 'one', hpa('v2', 'c', { maxReplicas: 3, metrics: [cpu(50)], behavior }), '', quiet),
  patch(by(`${OLD_HPAS}/c`, 'old'), { spec: { maxReplicas: 4, targetCPUUtilizationPercentage: 60 } }, quiet),
  apply(`${HPAS}/c`, 'one', hpa('v2', 'c', { maxReplicas: 3, metrics: [cpu(50)] }), '', quiet),
  apply(`${HPAS}/c`, 'one', hpa('v2', 'c', { maxReplicas: 3, metrics: [cpu(50)] }), '&force=true', quiet),
  apply(`${OLD_HPAS}/e`, 'one', hpa('v1', 'e', { maxReplicas: 3, targetCPUUtilizationPercentage: 50 }), '', quiet),
  patch(by(`${HPAS}/e`, 'new'), { spec: { maxReplicas: 4, metrics: [cpu(60), memory('1Gi')] } }, quiet),
  get(`${OLD_HPAS}/e`, quiet),
  patch(by(`${HPAS}/e/status`, 'new'), { status: { desiredReplicas: 2 } }, quiet),
];

const EVENTS = '/apis/events.k8s.io/v1/namespaces/$NS/events';
const OLD_EVENTS = '/api/v1/namespaces/$NS/events';
const pod = { kind: 'Pod', namespace: '$NS', name: 'p' };
const eventTime = '2020-01-01T00:00:00.123456Z';
const complete = {
  eventTime,
  reportingController: 'a.b/c',
  reportingInstance: 'i',
  action: 'a',
  reason: 'r',
  type: 'Normal',
};

const event = (apiVersion: string, name: string): object => ({ apiVersion, kind: 'Event', metadata: { name } });

const events: Step[] = [
  post(by(EVENTS, 'new'), { metadata: { name: 'a' }, regarding: pod, note: 'n', ...complete }, managed),
  patch(by(`${OLD_EVENTS}/a`, 'old'), { series: { count: 2, lastObservedTime: eventTime } }, managed),
  patch(by(`${OLD_EVENTS}/a`, 'old'), { metadata: { labels: { a: 'b' } } }, managed),
  patch(by(`${EVENTS}/a`, 'new'), { series: { count: 3, lastObservedTime: eventTime } }, managed),
  post(
    by(OLD_EVENTS, 'old'),
    { metadata: { name: 'b' }, involvedObject: pod, message: 'm', reason: 'R', count: 1, source: { component: 'c' } },
    managed,
  ),
  patch(by(`${OLD_EVENTS}/b`, 'other'), { count: 2, message: 'n' }, managed),
  patch(by(`${EVENTS}/b`, 'new'), { metadata: { labels: { a: 'b' } } }, managed),
  patch(by(`${EVENTS}/b`, 'new'), { note: 'o', deprecatedCount: 3 }, managed),
  get(`${EVENTS}/b`, managed),
  apply(`${EVENTS}/c`, 'one', { ...event('events.k8s.io/v1', 'c'), ...complete, regarding: pod }),
  apply(`${OLD_EVENTS}/c`, 'one', { ...event('v1', 'c'), series: { count: 2, lastObservedTime: eventTime } }),
  apply(`${EVENTS}/c`, 'two', { ...event('events.k8s.io/v1', 'c'), reportingInstance: 'i' }),
];

export const managers: Readonly<Record<string, readonly Step[]>> = {
  'managers-events': events,
  'managers-scalers': scalers,
};
