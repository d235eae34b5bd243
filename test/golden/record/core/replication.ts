import type { Step } from '../../../support/exchanges.ts';
import { get, patch, post, put, remove, table } from './steps.ts';

const RC = 'replicationcontrollers';
const COUNTED = { without: ['observedGeneration'] };
const template = (labels: object, spec: object = {}): object => ({
  metadata: { labels },
  spec: { containers: [{ name: 'c', image: 'x' }], ...spec },
});
const controller = (spec: object, metadata: object = {}): Step =>
  post(RC, { metadata: { name: 'r', ...metadata }, spec });
const scale = (fields: object): Step =>
  put(`${RC}/r/scale`, { metadata: { name: 'r', ...fields }, spec: { replicas: 0 } });

export const replication: Step[] = [
  post('podtemplates', {
    metadata: { name: 't' },
    template: template({ 'a b': 'c' }, { containers: [{ name: 'c' }] }),
  }),
  post('podtemplates', { metadata: { name: 't' }, template: template({ a: 'b' }) }),
  table('podtemplates'),
  patch('podtemplates/t', { template: { spec: { hostname: 'x' } } }),
  remove('podtemplates/t'),
  controller({}),
  controller({ selector: { a: 'b' }, template: template({ a: 'c' }, { restartPolicy: 'Never' }), replicas: -1 }),
  controller({ replicas: 0, template: template({ a: 'c' }) }),
  get(`${RC}/r/scale`),
  put(`${RC}/r/scale`, { metadata: { name: 'r' }, spec: { replicas: -1 } }),
  scale({}),
  scale({ name: 'other' }),
  scale({ uid: 'x' }),
  scale({ resourceVersion: '1' }),
  patch(`${RC}/r/scale`, { spec: { replicas: 0 } }),
  patch(`${RC}/r/scale`, { metadata: { uid: 'x' } }),
  patch(`${RC}/r`, { spec: { minReadySeconds: 3 } }, COUNTED),
  patch(`${RC}/r/status`, { status: { replicas: 0, readyReplicas: 5 } }),
  table(RC),
  get(`${RC}?fieldSelector=status.replicas%3D0`, COUNTED),
  get(`${RC}?fieldSelector=spec.replicas%3D0`),
  remove(`${RC}/r?orphanDependents=true`, undefined, COUNTED),
];
