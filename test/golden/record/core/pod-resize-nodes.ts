/** What the node of a pod has to say about its resizing. */
import type { Step } from '../../../support/exchanges.ts';
import { patch, pod, post, remove } from './steps.ts';

const NODES = '/api/v1/nodes';
const quiet = { without: ['status', 'spec'] };
const linux = 'resize-linux';
const windows = 'resize-windows';

const node = (name: string, system: string): Step => {
  const amounts = { cpu: '2', memory: '1Gi', pods: '10' };
  const labels = { 'kubernetes.io/os': system };
  return post(NODES, { metadata: { name, labels }, status: { allocatable: amounts, capacity: amounts } }, quiet);
};

const bound = (name: string, nodeName: string, spec: object = {}): Step => {
  const container = (of: string): object => ({ name: of, image: 'i', resources: { requests: { cpu: '100m' } } });
  const containers = { initContainers: [container('i')], containers: [container('c')] };
  return post('pods', pod(name, { nodeName, ...containers, ...spec }), quiet);
};

const resize = (name: string, spec: object): Step =>
  patch(`pods/${name}/resize`, { spec }, { ...quiet, strategic: true });
const container = (requests: object): object => ({ containers: [{ name: 'c', resources: { requests } }] });
const gone = (name: string): Step => remove(`pods/${name}?gracePeriodSeconds=0`, undefined, quiet);

function resized(name: string): Step[] {
  return [
    resize(name, container({ cpu: '200m' })),
    resize(name, container({ cpu: '2500m', memory: '2Gi' })),
    resize(name, { initContainers: [{ name: 'i', resources: { requests: { cpu: '200m' } } }] }),
    resize(name, { resources: { requests: { cpu: '1' } } }),
    patch(`pods/${name}`, { spec: { activeDeadlineSeconds: 50 } }, quiet),
    gone(name),
  ];
}

export const podResizeNodes: Step[] = [
  node(linux, 'linux'),
  node(windows, 'windows'),
  bound('linux', linux),
  ...resized('linux'),
  bound('windows', windows),
  ...resized('windows'),
  bound('nowhere', 'resize-missing'),
  ...resized('nowhere'),
  bound('whole', linux, { resources: { requests: { cpu: '500m' } } }),
  resize('whole', { resources: { requests: { cpu: '1' } } }),
  gone('whole'),
  remove(`${NODES}/${linux}`, undefined, quiet),
  remove(`${NODES}/${windows}`, undefined, quiet),
];
