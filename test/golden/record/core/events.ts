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
