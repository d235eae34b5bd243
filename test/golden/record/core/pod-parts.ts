import type { Step } from '../../../support/exchanges.ts';
import { apply, get, managed, patch, pod, post, put } from './steps.ts';

const STRATEGIC = { strategic: true };
const FORCE = '&force=true';
const MIRROR = { annotations: { 'kubernetes.io/config.mirror': 'x' } };

const debug = (name: string, ephemeralContainers: object[] | null, extra: object = STRATEGIC): Step =>
  patch(`pods/${name}/ephemeralcontainers`, { spec: { ephemeralContainers } }, extra);
const shell = (name: string, more: object = {}): object => ({ name, image: 'busybox', ...more });
const named = (name: string, spec: object): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name }, spec });

/** What `kubectl debug` and its likes may add to a pod, and what they may not. */
export const ephemeralContainers: Step[] = [
  post('pods?fieldManager=maker', pod('e', {}, { labels: { app: 'e' } })),
  get('pods/e/ephemeralcontainers'),
  get('pods/none/ephemeralcontainers'),
  debug('none', [shell('x')]),
  put('pods/none/ephemeralcontainers', pod('none')),
  // As kubectl debug sends it.
  patch(
    'pods/e/ephemeralcontainers?fieldManager=kubectl-debug',
    {
      spec: { ephemeralContainers: [{ image: 'busybox', name: 'debugger-1', resources: {}, stdin: true, tty: true }] },
    },
    { ...STRATEGIC, ...managed },
  ),
  debug('e', [shell('debugger-1', { tty: true })], { strategic: true }),
  debug('e', [shell('debugger-1', { image: 'other:1', env: [{ name: 'A', value: 'b' }] })]),
  debug('e', [{ name: 'debugger-1', $patch: 'delete' }, shell('d')]),
  debug('e', [{ $patch: 'replace' }, shell('two')]),
  debug('e', null),
  debug('e', [shell('two', { targetContainerName: 'c', imagePullPolicy: 'Never', command: ['sh'] })]),
  debug('e', [shell('three', { targetContainerName: 'nobody' })]),
  debug('e', [shell('c')]),
  debug('e', [shell('three', { image: '' })]),
  debug('e', [shell('A b', { ports: [{ containerPort: 80 }], resources: { limits: { cpu: '1' } } })]),
  debug('e', [
    shell('four', {
      restartPolicy: 'Always',
      livenessProbe: { tcpSocket: { port: 1 } },
      lifecycle: { preStop: { exec: { command: ['x'] } } },
      volumeMounts: [{ name: 'v', mountPath: '/v', subPath: 'x' }],
    }),
  ]),
  // What else a body says is passed over.
  patch(
    'pods/e/ephemeralcontainers?fieldManager=other',
    {
      metadata: { labels: { app: 'changed' }, annotations: { a: 'b' }, finalizers: ['x.io/y'] },
      spec: { containers: [{ name: 'c', image: 'changed' }], ephemeralContainers: [shell('five')] },
      status: { phase: 'Running' },
    },
    { ...STRATEGIC, ...managed },
  ),
  patch('pods/e/ephemeralcontainers', { spec: { nodeName: 'x', containers: null } }, STRATEGIC),
  patch('pods/e/ephemeralcontainers', { metadata: { uid: 'x' } }, STRATEGIC),
  patch('pods/e/ephemeralcontainers', { metadata: { resourceVersion: '1' } }, STRATEGIC),
  patch('pods/e/ephemeralcontainers', { spec: { ephemeralContainers: [{ name: 'f', foo: 1 }] } }, STRATEGIC),
  patch('pods/e/ephemeralcontainers?fieldValidation=Strict', { spec: { foo: 1 } }, STRATEGIC),
  patch('pods/e/ephemeralcontainers?dryRun=All', { spec: { ephemeralContainers: [shell('dry')] } }, STRATEGIC),
  debug('e', [shell('six')], {}),
  get('pods/e', managed),
  put('pods/e/ephemeralcontainers', pod('e')),
  put('pods/e/ephemeralcontainers', pod('other')),
  put('pods/e/ephemeralcontainers', {}),
  put('pods/e', pod('e', { ephemeralContainers: [shell('new')] })),
  patch('pods/e', { spec: { ephemeralContainers: [shell('new')] } }, STRATEGIC),
  post('pods', pod('put')),
  put('pods/put/ephemeralcontainers?fieldManager=putter', pod('put', { ephemeralContainers: [shell('a')] }), managed),
  put('pods/put/ephemeralcontainers', pod('put', { ephemeralContainers: [shell('b'), shell('a')] })),
  put('pods/put/ephemeralcontainers', pod('put', { ephemeralContainers: [shell('b'), shell('b')] })),
  post('pods', pod('mirror', { nodeName: 'ghost' }, MIRROR)),
  debug('mirror', [shell('a')]),
  post('pods?fieldManager=maker', pod('applied')),
  apply('pods/applied/ephemeralcontainers', 'one', named('applied', { ephemeralContainers: [shell('a')] })),
  apply('pods/applied/ephemeralcontainers', 'two', named('applied', { ephemeralContainers: [shell('b')] })),
  apply(
    'pods/applied/ephemeralcontainers',
    'two',
    named('applied', { ephemeralContainers: [shell('a', { image: 'x' })] }),
  ),
  apply('pods/applied/ephemeralcontainers', 'one', named('applied', { ephemeralContainers: [] })),
  apply(
    'pods/applied/ephemeralcontainers',
    'one',
    named('applied', { containers: [{ name: 'c', image: 'y' }] }),
    FORCE,
  ),
  apply('pods/none/ephemeralcontainers', 'one', named('none', { ephemeralContainers: [shell('a')] })),
];

const sized = (name: string, requests: object | undefined, limits?: object, more: object = {}): object => ({
  name,
  image: 'nginx',
  resources: { ...(requests && { requests }), ...(limits && { limits }) },
  ...more,
});
const resize = (name: string, containers: object[], extra: object = STRATEGIC): Step =>
  patch(`pods/${name}/resize`, { spec: { containers } }, extra);
const amounts = (fields: object): object => ({ name: 'c', resources: fields });
const running = (resources?: object): object => ({
  name: 'c',
  image: 'nginx',
  imageID: 'x',
  containerID: 'x://y',
  ready: true,
  restartCount: 0,
  state: { running: { startedAt: '2024-01-01T00:00:00Z' } },
  ...(resources && { resources }),
});
const whole = (name: string, resources: object): Step =>
  patch(`pods/${name}/resize`, { spec: { resources } }, STRATEGIC);

/** How the resources of a pod may change. */
export const podResize: Step[] = [
  post(
    'pods?fieldManager=maker',
    pod('r', { containers: [sized('c', { cpu: '100m', memory: '64Mi' }, { cpu: '1' })] }),
  ),
  get('pods/r/resize'),
  get('pods/none/resize'),
  resize('none', [amounts({ requests: { cpu: '1' } })]),
  patch(
    'pods/r/resize?fieldManager=sizer',
    { spec: { containers: [amounts({ requests: { cpu: '200m' } })] } },
    { ...STRATEGIC, ...managed },
  ),
  resize('r', [amounts({ requests: { cpu: '0.2' } })]),
  resize('r', [amounts({ requests: { cpu: '2' } })]),
  resize('r', [amounts({ requests: { cpu: null } })]),
  resize('r', [amounts({ limits: { cpu: null } })]),
  resize('r', [amounts({ limits: { memory: '128Mi' } })]),
  resize('r', [amounts({ requests: { 'ephemeral-storage': '1Gi' } })]),
  resize('r', [amounts({ limits: { 'example.com/gpu': '1' } })]),
  resize('r', [amounts({ requests: { cpu: '1', memory: '128Mi' } })]),
  resize('r', [{ name: 'c', resizePolicy: [{ resourceName: 'cpu', restartPolicy: 'RestartContainer' }] }]),
  resize('r', [{ name: 'd', image: 'x' }]),
  resize('r', [{ name: 'c', $patch: 'delete' }]),
  patch('pods/r/resize', { spec: { containers: [sized('d', { cpu: '1' })] } }),
  patch('pods/r/resize', {
    spec: { containers: [sized('c', { cpu: '300m', memory: '64Mi' }, { cpu: '1', memory: '1Gi' })] },
  }),
  resize('r', [{ name: 'c', image: 'other', command: ['x'], resources: { requests: { cpu: '350m' } } }]),
  patch(
    'pods/r/resize?fieldManager=other',
    {
      metadata: { labels: { app: 'changed' } },
      spec: { nodeName: 'x', containers: [amounts({ requests: { cpu: '400m' } })], ephemeralContainers: [shell('a')] },
      status: { phase: 'Running' },
    },
    { ...STRATEGIC, ...managed },
  ),
  resize('r', [amounts({ requests: { cpu: '-1' } })]),
  patch('pods/r/resize?dryRun=All', { spec: { containers: [amounts({ requests: { cpu: '500m' } })] } }, STRATEGIC),
  patch('pods/r', { spec: { containers: [amounts({ requests: { cpu: '500m' } })] } }, STRATEGIC),
  get('pods/r', managed),
  put(
    'pods/r/resize',
    pod('r', { containers: [sized('c', { cpu: '1', memory: '1Gi' }, { cpu: '2', memory: '2Gi' })] }),
  ),
  put('pods/r/resize', pod('r', { containers: [sized('c', { cpu: '1' })] })),
  put('pods/r/resize', pod('r', { containers: [sized('x', { cpu: '1' }), sized('y', { cpu: '1' })] })),
  put('pods/other/resize', pod('r')),
  post('pods', pod('best')),
  resize('best', [amounts({ requests: { cpu: '1' } })]),
  post('pods', pod('guaranteed', { containers: [sized('c', undefined, { cpu: '1', memory: '1Gi' })] })),
  resize('guaranteed', [amounts({ limits: { cpu: '2' } })]),
  resize('guaranteed', [amounts({ limits: { cpu: '2' }, requests: { cpu: '2' } })]),
  patch('pods/best/status', { status: { phase: 'Running', containerStatuses: [running()] } }),
  resize('best', [amounts({ requests: { cpu: '1' } })]),
  patch('pods/r/status', { status: { phase: 'Running', containerStatuses: [running({ requests: { cpu: '400m' } })] } }),
  resize('r', [amounts({ requests: { cpu: '1500m' } })]),
  post('pods', pod('two', { containers: [sized('a', { cpu: '1' }), sized('b', { cpu: '1' })] })),
  patch('pods/two/resize', { spec: { containers: [sized('b', { cpu: '2' }), sized('a', { cpu: '2' })] } }),
  put('pods/two/resize', pod('two', { containers: [sized('b', { cpu: '2' }), sized('a', { cpu: '2' })] })),
  resize('two', [{ name: 'b', resources: { requests: { cpu: '3' } } }]),
  post(
    'pods',
    pod('init', {
      initContainers: [sized('i', { cpu: '1' }), sized('s', { cpu: '1' }, undefined, { restartPolicy: 'Always' })],
    }),
  ),
  patch(
    'pods/init/resize',
    { spec: { initContainers: [{ name: 'i', resources: { requests: { cpu: '2' } } }] } },
    STRATEGIC,
  ),
  patch(
    'pods/init/resize',
    { spec: { initContainers: [{ name: 's', resources: { requests: { cpu: '2' } } }] } },
    STRATEGIC,
  ),
  patch(
    'pods/init/resize',
    { spec: { initContainers: [{ name: 's', resources: { requests: { 'ephemeral-storage': '2Gi' } } }] } },
    STRATEGIC,
  ),
  patch(
    'pods/init/resize',
    { spec: { initContainers: [{ name: 's', resources: { requests: { cpu: null } } }] } },
    STRATEGIC,
  ),
  patch('pods/init/resize', { spec: { initContainers: [{ name: 's', $patch: 'delete' }] } }, STRATEGIC),
  post('pods', pod('os', { os: { name: 'windows' }, containers: [sized('c', { cpu: '1' })] })),
  resize('os', [amounts({ requests: { cpu: '2' } })]),
  post('pods', pod('mirror', { nodeName: 'ghost', containers: [sized('c', { cpu: '1' })] }, MIRROR)),
  resize('mirror', [amounts({ requests: { cpu: '2' } })]),
  post(
    'pods',
    pod('whole', { resources: { requests: { cpu: '1', memory: '1Gi' } }, containers: [sized('c', { cpu: '500m' })] }),
  ),
  whole('whole', { requests: { cpu: '2' } }),
  whole('whole', { requests: { cpu: '100m' } }),
  whole('whole', { requests: { cpu: null } }),
  whole('whole', { limits: { memory: '2Gi' } }),
  whole('whole', { limits: { 'hugepages-2Mi': '2Mi' } }),
  whole('whole', { limits: { memory: null } }),
  patch('pods/whole/resize', { spec: { resources: null } }, STRATEGIC),
  resize('whole', [amounts({ requests: { cpu: '1' } })]),
  whole('two', { requests: { cpu: '6' } }),
  whole('best', { requests: { cpu: '6' } }),
  apply('pods/two/resize', 'one', named('two', { containers: [{ name: 'a', resources: { requests: { cpu: '9' } } }] })),
  apply(
    'pods/two/resize',
    'one',
    named('two', { containers: [{ name: 'a', resources: { requests: { cpu: '5' } } }] }),
    FORCE,
  ),
  apply(
    'pods/none/resize',
    'one',
    named('none', { containers: [{ name: 'a', resources: { requests: { cpu: '9' } } }] }),
  ),
];
