import type { Step } from '../../../support/exchanges.ts';
import { patch, pod, post, table } from './steps.ts';

interface Status {
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly state?: object;
  readonly last?: object;
  readonly started?: boolean;
}

const RUNNING = { running: { startedAt: '2020-01-01T00:00:00Z' } };
const ended = (exitCode: number, reason = '', signal = 0): object => ({
  terminated: {
    exitCode,
    ...(reason && { reason }),
    ...(signal && { signal }),
    startedAt: '2020-01-01T00:00:00Z',
    finishedAt: '2020-01-01T00:00:00Z',
  },
});
const waiting = (reason: string): object => ({ waiting: { reason } });
const status = (name: string, { ready = false, restarts = 0, state = {}, last, started }: Status): object => ({
  name,
  image: 'x',
  imageID: '',
  ready,
  restartCount: restarts,
  state,
  ...(last && { lastState: last }),
  ...(started !== undefined && { started }),
});
const isReady = (value: string): object => ({ conditions: [{ type: 'Ready', status: value }] });
const containers = (...states: Status[]): object => ({
  containerStatuses: states.map((state, i) => status('cd'.charAt(i), state)),
});
const inits = (...states: Status[]): object => ({
  initContainerStatuses: states.map((state, i) => status('ij'.charAt(i), state)),
});
const UP = { ready: true, state: RUNNING };
const DONE = { state: ended(0, 'Completed') };
const INITIALIZING = { state: waiting('PodInitializing') };
const CRASHING = { restarts: 5, state: waiting('CrashLoopBackOff'), last: ended(2, 'Error') };

const TWO_INITS = {
  initContainers: [
    { name: 'i', image: 'x' },
    { name: 'j', image: 'x' },
  ],
};
const SIDECAR = { initContainers: [{ name: 'i', image: 'x', restartPolicy: 'Always' }] };
const BOUND = {
  nodeName: 'ghost',
  containers: [
    { name: 'c', image: 'x' },
    { name: 'd', image: 'y' },
  ],
};

const PODS: readonly [spec: object, status?: object][] = [
  [{}],
  [
    {},
    {
      phase: 'Pending',
      ...containers({ state: waiting('ContainerCreating') }, { state: waiting('ImagePullBackOff') }),
    },
  ],
  [{}, { phase: 'Running', ...containers({ ...UP, restarts: 3, last: ended(1, 'Error') }, CRASHING) }],
  [{}, { phase: 'Running', podIP: '1.2.3.4', podIPs: [{ ip: '1.2.3.4' }], ...isReady('True'), ...containers(UP, UP) }],
  [{}, { phase: 'Running', ...isReady('True'), ...containers(UP, DONE) }],
  [{}, { phase: 'Running', ...isReady('False'), ...containers(UP, DONE) }],
  [{}, { phase: 'Succeeded', ...containers(DONE, DONE) }],
  [{}, { phase: 'Failed', ...containers({ state: ended(1) }, DONE) }],
  [{}, { phase: 'Failed', ...containers({ state: ended(137, '', 9) }, DONE) }],
  [{}, { phase: 'Failed', reason: 'Evicted', message: 'x' }],
  [
    TWO_INITS,
    { phase: 'Pending', ...inits({ state: RUNNING }, INITIALIZING), ...containers(INITIALIZING, INITIALIZING) },
  ],
  [
    TWO_INITS,
    { phase: 'Pending', ...inits({ ...DONE, ready: true, restarts: 2 }, CRASHING), ...containers(INITIALIZING) },
  ],
  [TWO_INITS, { phase: 'Failed', ...inits({ state: ended(1, 'Error') }, INITIALIZING) }],
  [TWO_INITS, { phase: 'Failed', ...inits({ state: ended(3) }, INITIALIZING) }],
  [TWO_INITS, { phase: 'Failed', ...inits({ state: ended(3, '', 11) }, INITIALIZING) }],
  [
    SIDECAR,
    { phase: 'Running', ...isReady('True'), ...inits({ ...UP, restarts: 2, started: true }), ...containers(UP, UP) },
  ],
  [
    SIDECAR,
    { phase: 'Pending', ...inits({ state: RUNNING, started: false }), ...containers(INITIALIZING, INITIALIZING) },
  ],
  [
    { ...SIDECAR, restartPolicy: 'Never' },
    { phase: 'Succeeded', ...inits({ ...DONE, started: false }), ...containers(DONE, DONE) },
  ],
  [{}, { phase: 'Running', reason: 'NodeLost' }],
  [
    { readinessGates: [{ conditionType: 'a.b/c' }, { conditionType: 'd.e/f' }] },
    { phase: 'Running', conditions: [{ type: 'a.b/c', status: 'True' }], ...containers(UP, UP) },
  ],
];

const made = PODS.flatMap(([spec, state], i): Step[] => {
  const name = `p${String(i).padStart(2, '0')}`;
  const created = post('pods', pod(name, { ...BOUND, ...spec }));
  return state ? [created, patch(`pods/${name}/status`, { status: state })] : [created];
});

export const podColumns: Step[] = [
  ...made,
  post('pods', pod('q', { schedulingGates: [{ name: 'a' }] })),
  post('pods', pod('r')),
  patch('pods/r/status', { status: { nominatedNodeName: 'n' } }),
  { method: 'DELETE', path: 'pods/p03' },
  { method: 'DELETE', path: 'pods/p18' },
  table('pods'),
  table('pods?fieldSelector=status.phase%3DFailed'),
  { method: 'DELETE', path: 'pods?gracePeriodSeconds=0' },
];
