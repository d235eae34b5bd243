import type { Step } from '../../../support/exchanges.ts';
import { get, patch, pod, post, put, remove } from './steps.ts';

const OWN = '/api/v1/namespaces/$NS';
const MODES = ['enforce', 'enforce-version', 'audit', 'audit-version', 'warn', 'warn-version'] as const;
/** Changes while the recorded server's controllers work, and is nobody's affair here. */
const quiet = { without: ['status', 'spec'] };

/** Labels the namespace; labels that are not given go. */
const label = (labels: Partial<Record<(typeof MODES)[number], string>>, query = ''): Step => {
  const all = MODES.map((mode) => [`pod-security.kubernetes.io/${mode}`, labels[mode] ?? null]);
  return patch(`${OWN}${query}`, { metadata: { labels: Object.fromEntries(all) } }, quiet);
};

const tried = (spec: object, metadata: object = {}): Step =>
  post('pods?dryRun=All', pod('p', spec, metadata), { without: ['status', 'spec'] });
const container = (name: string, fields: object = {}): object => ({ name, image: 'nginx', ...fields });
const containers = (...items: object[]): Step => tried({ containers: items });
const secured = (securityContext: object, name = 'c'): object => container(name, { securityContext });

/** What `restricted` asks for. */
const GOOD = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const GOOD_POD = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };
const good = (fields: object = {}, ofContainer: object = {}): Step =>
  tried({ securityContext: GOOD_POD, containers: [secured({ ...GOOD, ...ofContainer })], ...fields });

const sysctl = (...names: string[]): Step =>
  tried({ securityContext: { sysctls: names.map((name) => ({ name, value: '1' })) } });

/** Pods that break something, whatever the level. */
const offenders: Step[] = [
  tried({}),
  containers(secured({ privileged: true }), secured({ privileged: true }, 'd')),
  tried({ hostNetwork: true, hostPID: true, hostIPC: true }),
  tried({
    volumes: [
      { name: 'a', hostPath: { path: '/a' } },
      { name: 'b', nfs: { server: 's', path: '/' } },
      { name: 'c', emptyDir: {} },
    ],
  }),
  tried({ volumes: [{ name: 'a', hostPath: { path: '/a' } }] }),
  containers(
    container('c', {
      ports: [
        { containerPort: 80, hostPort: 9 },
        { containerPort: 81, hostPort: 10 },
      ],
    }),
    container('d', { ports: [{ containerPort: 82, hostPort: 8080 }] }),
  ),
  containers(container('c', { ports: [{ containerPort: 80, hostPort: 9 }] })),
  containers(
    container('c', {
      livenessProbe: { httpGet: { port: 80, host: 'b.example' } },
      readinessProbe: { tcpSocket: { port: 80, host: 'a.example' } },
      lifecycle: { postStart: { httpGet: { port: 80, host: 'c.example' } } },
    }),
  ),
  containers(secured({ capabilities: { add: ['NET_ADMIN', 'CHOWN', 'BPF'] } })),
  containers(secured({ capabilities: { add: ['CHOWN'], drop: ['ALL'] } })),
  tried({ hostUsers: false, containers: [secured({ procMount: 'Unmasked' })] }),
  tried({
    securityContext: { seLinuxOptions: { type: 'spc_t', user: 'u' } },
    containers: [
      secured({ seLinuxOptions: { type: 'a_t', role: 'r' } }),
      secured({ seLinuxOptions: { level: 's0' } }, 'd'),
    ],
  }),
  containers(secured({ seLinuxOptions: { type: 'container_engine_t' } })),
  tried({
    securityContext: { seccompProfile: { type: 'Unconfined' }, appArmorProfile: { type: 'Unconfined' } },
    containers: [
      secured({ seccompProfile: { type: 'Unconfined' }, appArmorProfile: { type: 'Unconfined' } }),
      secured({ seccompProfile: { type: 'Localhost', localhostProfile: 'a' } }, 'd'),
    ],
  }),
  tried({}, { annotations: { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' } }),
  tried({ securityContext: { seccompProfile: { type: 'RuntimeDefault' } }, containers: [container('c')] }),
  sysctl('net.ipv4.tcp_syncookies', 'kernel.shmmax', 'kernel.msgmax'),
  sysctl('net.ipv4.ip_local_reserved_ports'),
  sysctl('net.ipv4.tcp_keepalive_time'),
  sysctl('net.ipv4.tcp_rmem'),
  sysctl('net.ipv4.tcp_notsent_lowat'),
  tried({
    securityContext: { runAsNonRoot: false, runAsUser: 0 },
    containers: [secured({ runAsNonRoot: false, runAsUser: 0 }), secured({ runAsNonRoot: true }, 'd')],
  }),
  tried({ securityContext: { runAsNonRoot: true }, containers: [secured({ runAsUser: 0 })] }),
  tried({
    hostNetwork: true,
    os: { name: 'windows' },
    securityContext: { windowsOptions: { hostProcess: true }, runAsNonRoot: true },
  }),
  tried({ os: { name: 'windows' }, securityContext: { runAsNonRoot: true } }),
  tried({ hostUsers: false }),
  tried({ initContainers: [container('i', { securityContext: { privileged: true } })] }),
  good(),
  good({ os: { name: 'linux' } }, { capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] } }),
];

/** Every offender at one level, told by errors. */
const enforced = (level: string, version?: string): Step[] => [
  label({ enforce: level, ...(version && { 'enforce-version': version }) }),
  ...offenders,
];

export const podSecurityBaseline: Step[] = [
  ...enforced('baseline'),
  ...enforced('baseline', 'v1.0'),
  ...enforced('baseline', 'v1.30'),
];

export const podSecurityRestricted: Step[] = [
  ...enforced('restricted'),
  ...enforced('restricted', 'v1.7'),
  ...enforced('restricted', 'v1.18'),
  ...enforced('restricted', 'v1.24'),
  ...enforced('restricted', 'v1.34'),
  ...enforced('restricted', 'v1.999'),
];

const template = { metadata: { labels: { a: 'b' } }, spec: { containers: [container('c')] } };
const selector = { matchLabels: { a: 'b' } };
const within = (group: string, plural: string, object: object): Step =>
  post(`/apis/${group}/v1/namespaces/$NS/${plural}?dryRun=All`, { metadata: { name: 'x' }, ...object }, quiet);
const job = { template: { spec: { ...template.spec, restartPolicy: 'Never' } } };

const workloads: Step[] = [
  within('apps', 'deployments', { spec: { selector, template } }),
  within('apps', 'replicasets', { spec: { selector, template } }),
  within('apps', 'statefulsets', { spec: { selector, template, serviceName: 's' } }),
  within('apps', 'daemonsets', { spec: { selector, template } }),
  within('batch', 'jobs', { spec: job }),
  within('batch', 'cronjobs', { spec: { schedule: '* * * * *', jobTemplate: { spec: job } } }),
  post(
    'replicationcontrollers?dryRun=All',
    { metadata: { name: 'x' }, spec: { selector: { a: 'b' }, template } },
    quiet,
  ),
  post(
    'podtemplates?dryRun=All',
    { metadata: { name: 'x' }, template: { metadata: { labels: { a: 'b' } }, spec: template.spec } },
    { without: ['template'] },
  ),
];

const bad = { containers: [secured({ privileged: true })] };
const annotate = { metadata: { annotations: { a: 'b' } } };

export const podSecurityModes: Step[] = [
  label({ warn: 'restricted', 'warn-version': 'v1.24' }),
  tried({}),
  ...workloads,
  label({ enforce: 'restricted' }),
  ...workloads.slice(0, 2),
  label({ enforce: 'restricted', 'enforce-version': 'v1.7', warn: 'privileged' }),
  ...workloads.slice(0, 1),
  tried({}),
  label({ audit: 'restricted' }),
  tried({}),
  ...workloads.slice(0, 1),
  label({ enforce: 'baseline', warn: 'restricted' }),
  post(
    'pods',
    { ...pod('', { containers: [secured({ privileged: true })] }), metadata: { generateName: 'gen-p' } },
    quiet,
  ),
  post('pods', pod('mild', { containers: [secured(GOOD)] }), quiet),
  patch('pods/mild', annotate, quiet),
  patch('pods/mild', { spec: { containers: [container('c', { image: 'other' })] } }, { strategic: true, ...quiet }),
  patch(
    'pods/mild/ephemeralcontainers',
    { spec: { ephemeralContainers: [secured({ privileged: true }, 'e')] } },
    { strategic: true, ...quiet },
  ),
  patch(
    'pods/mild/ephemeralcontainers',
    { spec: { ephemeralContainers: [container('e')] } },
    { strategic: true, ...quiet },
  ),
  label({ enforce: 'restricted' }),
  patch('pods/mild', { metadata: { annotations: { a: 'c' } } }, quiet),
  patch('pods/mild', { spec: { containers: [container('c', { image: 'third' })] } }, { strategic: true, ...quiet }),
  remove('pods/mild?gracePeriodSeconds=0', undefined, quiet),
];

export const podSecurityNamespaces: Step[] = [
  label({ enforce: 'nonsense', 'enforce-version': 'v2', warn: '', 'warn-version': 'v1.01', audit: 'x' }),
  label({ 'enforce-version': 'v1.99999999999999999999' }),
  post('/api/v1/namespaces?dryRun=All', {
    metadata: { name: 'never-there', labels: { 'pod-security.kubernetes.io/enforce': 'Baseline' } },
  }),
  post('pods', pod('a', bad), quiet),
  post('pods', pod('b', bad), quiet),
  post('pods', pod('c', bad), quiet),
  post('pods', pod('d', { hostNetwork: true }), quiet),
  post('pods', pod('e', { ...bad, hostPID: true }), quiet),
  post('pods', pod('f', { ...bad, hostPID: true }), quiet),
  label({ warn: 'restricted', audit: 'restricted' }),
  label({ enforce: 'baseline' }, '?dryRun=All'),
  label({ enforce: 'baseline' }),
  label({ enforce: 'baseline', 'enforce-version': 'v1.30' }),
  label({ enforce: 'restricted', 'enforce-version': 'v1.30' }),
  label({ enforce: 'baseline', 'enforce-version': 'v1.30' }),
  label({ enforce: 'privileged' }),
  put(OWN, { metadata: { name: '$NS', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } } }, quiet),
  get(OWN, quiet),
];
