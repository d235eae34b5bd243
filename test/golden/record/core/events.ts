import type { Step } from '../../../support/exchanges.ts';
import { get, patch, post, put, remove } from './steps.ts';

const NEW = '/apis/events.k8s.io/v1/namespaces/$NS/events';
const TIME = '2020-01-01T00:00:00.123456Z';
const PODS = { kind: 'Pod', namespace: '$NS', name: 'p' };

const old = (name: string, fields: object): Step =>
  post('events', { metadata: { name }, involvedObject: PODS, ...fields });
const event = (name: string, fields: object): Step => post(NEW, { metadata: { name }, regarding: PODS, ...fields });
const complete = {
  eventTime: TIME,
  reportingController: 'a.b/c',
  reportingInstance: 'i',
  action: 'a',
  reason: 'r',
  type: 'Normal',
  note: 'n',
};

export const events: Step[] = [
  old('a', {
    reason: 'R',
    message: 'm',
    type: 'Normal',
    source: { component: 'c', host: 'h' },
    count: 2,
    firstTimestamp: '2020-01-01T00:00:00Z',
    lastTimestamp: '2020-01-02T00:00:00Z',
  }),
  get(`${NEW}/a`),
  old('x', { involvedObject: { kind: 'Pod', namespace: 'other', name: 'p' } }),
  old('x', { involvedObject: { kind: 'Node', name: 'p' } }),
  old('x', { type: 'Foo', reportingComponent: 'a b', eventTime: TIME }),
  event('x', {}),
  event('b', complete),
  get('events/b'),
  get(`${NEW}/b`),
  event('x', {
    ...complete,
    reportingController: 'a b',
    reportingInstance: 'i'.repeat(200),
    action: 'a'.repeat(200),
    reason: 'r'.repeat(2000),
    type: 'x',
    note: 'n'.repeat(1200),
    deprecatedCount: 1,
    deprecatedFirstTimestamp: '2020-01-01T00:00:00Z',
  }),
  patch(`${NEW}/b`, { note: 'x' }),
  patch(`${NEW}/b`, { series: { count: 2, lastObservedTime: TIME } }),
  patch('events/a', { count: 3, message: 'other' }),
  put('events/c', { metadata: { name: 'c' }, involvedObject: PODS }),
  get('events?fieldSelector=involvedObject.name%3Dp,type%3DNormal'),
  get('events?fieldSelector=source%3Dc'),
  get('events?fieldSelector=foo%3Dc'),
  get(`${NEW}?fieldSelector=foo%3Dc`),
  get(`${NEW}?fieldSelector=regarding.name%3Dp`),
  get(`${NEW}?fieldSelector=reportingController%3Da.b/c`),
  get('events?fieldSelector=reportingComponent%3Da.b/c'),
  remove(`${NEW}/b`),
  remove('events/a'),
];

const labels = (key: string): object => ({ labels: { [key]: 'true' } });
const ofLabel = (key: string): string => `?labelSelector=${key}%3Dtrue`;
const STRATEGIC = { strategic: true };
const later = { count: 2, lastObservedTime: '2017-09-19T13:49:11.000000Z' };
const latest = { count: 100, lastObservedTime: '2017-09-19T13:49:16.000000Z' };
const told = { message: 'm', reason: 'Test', type: 'Normal', count: 1, involvedObject: { namespace: '$NS' } };
const noted = { ...complete, regarding: { namespace: '$NS' } };

/** The life of events in one group, with what a client of the other sees of it. */
const life = (path: string, name: string, fields: object, text: string, others: string): Step[] => [
  post(path, { metadata: { name, ...labels(name) }, ...fields }),
  get(`${path.includes('events.k8s.io') ? '/apis/events.k8s.io/v1' : '/api/v1'}/events${ofLabel(name)}`, {
    without: ['selfLink'],
  }),
  get(`${others}${ofLabel(name)}`),
  patch(`${path}/${name}`, { series: later }, STRATEGIC),
  patch(`${path}/${name}`, { [text]: 'patched' }, STRATEGIC),
  get(`${path}/${name}`),
  put(`${path}/${name}`, { metadata: { name, ...labels(name) }, ...fields, series: latest }),
  get(`${others}/${name}`),
  remove(`${path}/${name}`),
  get(`${path}${ofLabel(name)}`),
  ...[1, 2, 3].map((i) => post(path, { metadata: { name: `${name}-${i}`, ...labels('set') }, ...fields })),
  get(`${path}${ofLabel('set')}`),
  remove(`${path}${ofLabel('set')}`),
  get(`${path}${ofLabel('set')}`),
  get(`${others}${ofLabel('set')}`),
];

export const eventLife: Step[] = [
  ...life('events', 'life', told, 'message', NEW),
  ...life(NEW, 'new-life', noted, 'note', 'events'),
];
