import type { Step } from '../../../support/exchanges.ts';
import { patch, pod, post, remove } from './steps.ts';

/** Everything but what admission is about. */
const quiet = { without: ['status'] };

const range = (name: string, ...limits: object[]): Step =>
  post('limitranges', { metadata: { name }, spec: { limits } });
const gone = (name: string): Step => remove(`limitranges/${name}`, undefined, quiet);
const container = (name: string, resources: object = {}): object => ({ name, image: 'nginx', resources });
const tried = (spec: object, metadata: object = {}): Step => post('pods?dryRun=All', pod('p', spec, metadata), quiet);
const one = (resources: object): Step => tried({ containers: [container('c', resources)] });
const claim = (storage: string): Step =>
  post(
    'persistentvolumeclaims?dryRun=All',
    { metadata: { name: 'v' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } } },
    quiet,
  );
const named = (resources: object): Step =>
  post(
    'pods',
    { ...pod('', { containers: [container('c', resources)] }), metadata: { generateName: 'gen-l' } },
    { without: ['status', 'spec'] },
  );

const defaults: Step[] = [
  range('d', { type: 'Container', default: { cpu: '500m', memory: '64Mi' }, defaultRequest: { cpu: '100m' } }),
  tried({}),
  one({ requests: { cpu: '200m' } }),
  one({ limits: { cpu: '200m' } }),
  one({ limits: { cpu: '2', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } }),
  tried(
    { containers: [container('c'), container('e', { limits: { cpu: '1' } })], initContainers: [container('i')] },
    { annotations: { a: 'b' } },
  ),
  tried({ containers: [container('c')], resources: { requests: { cpu: '2', memory: '1Gi' } } }),
  // Updates of pods are left alone, resizes are not.
  post('pods', pod('stays', { containers: [container('c', { requests: { cpu: '50m' } })] }), quiet),
  gone('d'),
];

const containers: Step[] = [
  range('b', {
    type: 'Container',
    min: { cpu: '100m' },
    max: { cpu: '1' },
    default: { cpu: '300m' },
    maxLimitRequestRatio: { cpu: '2.5' },
  }),
  tried({}),
  one({ requests: { cpu: '50m' }, limits: { cpu: '100m' } }),
  one({ requests: { cpu: '50m' }, limits: { cpu: '50m' } }),
  one({ requests: { cpu: '1' }, limits: { cpu: '3' } }),
  one({ requests: { cpu: '2' }, limits: { cpu: '4' } }),
  one({ requests: { cpu: '100m' }, limits: { cpu: '250m' } }),
  one({ requests: { cpu: '300m' }, limits: { cpu: '1' } }),
  one({ requests: { cpu: '0' }, limits: { cpu: '0' } }),
  tried({
    containers: [container('c')],
    initContainers: [container('i', { requests: { cpu: '2' }, limits: { cpu: '2' } })],
  }),
  tried({ containers: [container('c', { limits: { cpu: '2' } }), container('e', { limits: { cpu: '2' } })] }),
  named({ limits: { cpu: '2' } }),
  patch('pods/stays', { metadata: { annotations: { a: 'b' } } }, { without: ['status', 'spec'] }),
  patch(
    'pods/stays/resize',
    { spec: { containers: [{ name: 'c', resources: { requests: { cpu: '2' } } }] } },
    { strategic: true, ...quiet },
  ),
  gone('b'),
  range('r', { type: 'Container', min: { memory: '1Gi' }, maxLimitRequestRatio: { 'example.com/x': '1' } }),
  tried({}),
  gone('r'),
  range('m', { type: 'Container', max: { 'ephemeral-storage': '1Gi' } }),
  tried({}),
  one({ requests: { 'ephemeral-storage': '2Gi' }, limits: { 'ephemeral-storage': '2Gi' } }),
  gone('m'),
];

const pods: Step[] = [
  range('p', { type: 'Pod', max: { cpu: '1', memory: '1Gi' } }),
  tried({}),
  gone('p'),
  range('q', { type: 'Pod', max: { cpu: '1' } }),
  tried({ containers: [container('c', { limits: { cpu: '600m' } }), container('e', { limits: { cpu: '500m' } })] }),
  tried({
    containers: [container('c', { limits: { cpu: '600m' } })],
    initContainers: [container('i', { limits: { cpu: '900m' } })],
  }),
  tried({
    containers: [container('c', { limits: { cpu: '600m' } })],
    initContainers: [{ ...container('i', { limits: { cpu: '500m' } }), restartPolicy: 'Always' }],
  }),
  tried({ containers: [container('c')], resources: { limits: { cpu: '2' } } }),
  gone('q'),
  range('s', { type: 'Pod', min: { memory: '128Mi' } }),
  one({ requests: { memory: '64Mi' } }),
  one({ requests: { memory: '128Mi' } }),
  gone('s'),
  range('t', { type: 'Pod', maxLimitRequestRatio: { memory: '3' } }),
  one({ requests: { memory: '64Mi' }, limits: { memory: '200Mi' } }),
  one({ requests: { memory: '64Mi' } }),
  gone('t'),
];

const claims: Step[] = [
  range('v', { type: 'PersistentVolumeClaim', min: { storage: '1Gi' }, max: { storage: '5Gi' } }),
  claim('512Mi'),
  claim('5Gi'),
  claim('5.5Gi'),
  gone('v'),
  post(
    'persistentvolumeclaims',
    {
      metadata: { name: 'old' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    },
    quiet,
  ),
  range('w', { type: 'PersistentVolumeClaim', min: { storage: '2Gi' } }),
  patch('persistentvolumeclaims/old', { metadata: { labels: { a: 'b' } } }, quiet),
];

export const limitRanger: Step[] = [...defaults, ...containers, ...pods, ...claims];
