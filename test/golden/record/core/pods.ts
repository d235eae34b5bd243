import type { Step } from '../../../support/exchanges.ts';
import { pod, post } from './steps.ts';

const tried = (spec: object, metadata?: object): Step => post('pods?dryRun=All', pod('p', spec, metadata));
const container = (fields: object = {}): object => ({ name: 'c', image: 'nginx', ...fields });
const one = (fields: object): Step => tried({ containers: [container(fields)] });
const volumes = (...items: object[]): Step => tried({ volumes: items });

const field = (fieldPath: string): object => ({ fieldRef: { fieldPath } });
const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } };
const selector = { matchLabels: { a: 'b' } };

export const podDefaults: Step[] = [
  tried({}),
  tried({
    containers: [
      container({ image: 'nginx:latest' }),
      { name: 'd', image: `a/b@sha256:${'a'.repeat(64)}` },
      { name: 'e', image: 'localhost:5000/x' },
      { name: 'f', image: 'localhost:5000/x:1' },
    ],
    initContainers: [{ name: 'i', image: 'x', restartPolicy: 'Always' }],
    nodeSelector: { a: 'b' },
    restartPolicy: 'Never',
    terminationGracePeriodSeconds: -5,
  }),
  one({
    ports: [{ containerPort: 80 }],
    env: [
      { name: 'A', valueFrom: field('metadata.name') },
      { name: 'B', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
    ],
    livenessProbe: { httpGet: { port: 80 } },
    readinessProbe: { tcpSocket: { port: 'x' } },
    startupProbe: { grpc: { port: 5 } },
    lifecycle: { preStop: { httpGet: { port: 80 } } },
    resources: { limits: { cpu: '0.1', memory: '64Mi' } },
  }),
  volumes(
    { name: 'a' },
    { name: 'b', secret: { secretName: 'x' } },
    { name: 'c', configMap: { name: 'x' } },
    { name: 'd', downwardAPI: { items: [{ path: 'a', ...field('metadata.name') }] } },
    { name: 'e', projected: { sources: [{ serviceAccountToken: { path: 'x' } }] } },
    { name: 'f', hostPath: { path: '/a' } },
    { name: 'g', ephemeral: { volumeClaimTemplate: { spec: claim } } },
    { name: 'h', iscsi: { targetPortal: '1.2.3.4', iqn: 'iqn.2001-04.com.example:storage', lun: 0 } },
    { name: 'i', rbd: { monitors: ['a'], image: 'x' } },
    { name: 'j', azureDisk: { diskName: 'a', diskURI: 'https://x.blob.core.windows.net/a' } },
  ),
  tried({
    containers: [container({ resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '500m' } } })],
    initContainers: [{ name: 'i', image: 'x', resources: { limits: { cpu: '1500m' } } }],
    hostNetwork: true,
    dnsPolicy: 'ClusterFirstWithHostNet',
  }),
  tried({ containers: [container({ ports: [{ containerPort: 80 }] })], hostNetwork: true }),
  tried({ schedulingGates: [{ name: 'a' }] }),
  tried({
    securityContext: { runAsUser: 5, fsGroup: 3, sysctls: [{ name: 'kernel.shm_rmid_forced', value: '0' }] },
    topologySpreadConstraints: [
      { maxSkew: 1, topologyKey: 'z', whenUnsatisfiable: 'DoNotSchedule', labelSelector: selector },
    ],
    affinity: {
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: 'z', labelSelector: selector }],
      },
    },
    tolerations: [{ key: 'a', operator: 'Exists' }],
    hostAliases: [{ ip: '1.2.3.4', hostnames: ['a'] }],
    enableServiceLinks: false,
  }),
];

const certificate = (signerName: string, maxExpirationSeconds: number): object => ({
  podCertificate: { signerName, keyType: 'ED25519', maxExpirationSeconds, credentialBundlePath: `${signerName}.pem` },
});

const weighted = (weight: number, term: object): object[] => [{ weight, ...term }];

export const podRules: Step[] = [
  tried({
    containers: [container()],
    volumes: [
      {
        name: 'certificates',
        projected: {
          sources: [
            certificate('a.b/short', 3599),
            certificate('a.b/day', 86_401),
            certificate('a.b/long', 91 * 86_400),
            certificate('a.b/longer', 91 * 86_400 + 1),
            certificate('kubernetes.io/day', 86_400),
            certificate('kubernetes.io/longer', 86_401),
            certificate('a.kubernetes.io/longer', 86_401),
          ],
        },
      },
    ],
  }),
  post('pods', { metadata: { name: 'P_1' }, spec: { containers: [] } }),
  post('pods', { metadata: { name: 'p' }, spec: {} }),
  post('pods', { metadata: { generateName: 'gen-' }, spec: { containers: [{ name: 'c' }] } }),
  tried({
    containers: [container({ name: '' }), container({ name: 'A' }), container({ image: '' }), container(), container()],
  }),
  one({
    ports: [
      { containerPort: 0 },
      { containerPort: 80, name: 'a_b' },
      { containerPort: 80, name: 'x', hostPort: 70_000, protocol: 'foo', hostIP: 'x' },
      { containerPort: 81, name: 'x' },
    ],
  }),
  one({
    env: [
      { name: '' },
      { name: 'a=b' },
      { name: 'A', value: 'x', valueFrom: field('x') },
      { name: 'B', valueFrom: field('x') },
      { name: 'C', valueFrom: {} },
      { name: 'D', valueFrom: { configMapKeyRef: { name: 'x', key: 'a b' } } },
      { name: 'E', valueFrom: { secretKeyRef: { name: '', key: '' } } },
      { name: 'F', valueFrom: { resourceFieldRef: { resource: 'x' } } },
    ],
    envFrom: [{ configMapRef: { name: '' } }, { prefix: 'a=b', secretRef: { name: 'x' } }, {}],
  }),
  one({ resources: { limits: { cpu: '100m' }, requests: { cpu: '1' } } }),
  one({ resources: { limits: { foo: '1' } } }),
  one({ resources: { limits: { 'nvidia.com/gpu': '1500m' } } }),
  one({ resources: { requests: { 'nvidia.com/gpu': '1' } } }),
  one({ resources: { requests: { 'hugepages-2Mi': '1Mi' }, limits: { memory: '-1' } } }),
  tried({
    containers: [
      container({
        volumeMounts: [
          { name: '', mountPath: '' },
          { name: 'nope', mountPath: '/a' },
          { name: 'v', mountPath: '/a', subPath: '../x' },
          { name: 'v', mountPath: 'a:b', subPathExpr: 'x', subPath: 'y' },
        ],
      }),
    ],
    volumes: [
      { name: 'v', emptyDir: {} },
      { name: 'v', emptyDir: { sizeLimit: '-1' } },
      { name: 'V', secret: { secretName: '' } },
      { name: 'w', emptyDir: {}, hostPath: { path: '' } },
    ],
  }),
  tried({
    containers: [
      container({
        imagePullPolicy: 'x',
        terminationMessagePolicy: 'y',
        livenessProbe: { initialDelaySeconds: -1 },
        readinessProbe: { httpGet: { path: '', port: 0 }, exec: { command: [] }, successThreshold: 2 },
        lifecycle: { postStart: {} },
        startupProbe: { tcpSocket: { port: 'a b' }, successThreshold: 3 },
      }),
    ],
    restartPolicy: 'x',
    dnsPolicy: 'y',
    activeDeadlineSeconds: 0,
  }),
  tried({
    containers: [
      container({
        securityContext: {
          privileged: true,
          allowPrivilegeEscalation: false,
          runAsUser: -1,
          procMount: 'x',
          capabilities: { add: ['x'] },
          seccompProfile: { type: 'Localhost' },
        },
      }),
    ],
    securityContext: {
      runAsGroup: -1,
      supplementalGroups: [-1],
      sysctls: [
        { name: 'a b', value: 'x' },
        { name: 'a', value: 'x' },
        { name: 'a', value: 'x' },
      ],
      fsGroupChangePolicy: 'x',
      seccompProfile: { type: 'x' },
      seLinuxOptions: {},
    },
    hostPID: true,
    shareProcessNamespace: true,
  }),
  tried({
    nodeName: 'A_b',
    hostname: 'A.b',
    subdomain: 'a.b',
    nodeSelector: { 'a b': 'c d' },
    imagePullSecrets: [{ name: '' }],
    hostAliases: [{ ip: 'x', hostnames: ['A_'] }],
    dnsConfig: { nameservers: ['x', '1', '2', '3'], searches: ['A_'], options: [{}] },
    os: { name: 'x' },
    readinessGates: [{ conditionType: 'a b' }],
    schedulingGates: [{ name: 'a b' }, { name: 'x' }, { name: 'x' }],
  }),
  tried({
    tolerations: [
      { key: 'a b' },
      { operator: 'Exists', value: 'x' },
      { operator: 'x' },
      { key: 'a', effect: 'x' },
      { tolerationSeconds: 5 },
      { key: 'a', effect: 'NoExecute', tolerationSeconds: 5 },
    ],
    affinity: {
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [] },
        preferredDuringSchedulingIgnoredDuringExecution: weighted(0, {
          preference: { matchExpressions: [{ key: 'a', operator: 'x' }] },
        }),
      },
      podAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{}],
        preferredDuringSchedulingIgnoredDuringExecution: weighted(200, {
          podAffinityTerm: {
            topologyKey: '',
            labelSelector: { matchExpressions: [{ key: 'a', operator: 'In' }] },
            namespaces: ['A_'],
          },
        }),
      },
    },
    topologySpreadConstraints: [
      { maxSkew: 0, topologyKey: '', whenUnsatisfiable: 'x' },
      {
        maxSkew: 1,
        topologyKey: 'a',
        whenUnsatisfiable: 'ScheduleAnyway',
        minDomains: 0,
        nodeAffinityPolicy: 'x',
        matchLabelKeys: ['a b'],
      },
    ],
  }),
  tried({
    containers: [container({ name: 'a'.repeat(64), image: ' x ', workingDir: 'x', command: ['a'], stdinOnce: true })],
    ephemeralContainers: [{ name: 'e', image: 'x' }],
    initContainers: [
      container({ name: 'a'.repeat(64) }),
      container({ name: 'i', livenessProbe: { tcpSocket: { port: 1 } } }),
      container({ name: 'j', restartPolicy: 'Never' }),
    ],
  }),
  tried(
    {},
    {
      labels: { 'a b': 'c' },
      annotations: { 'a b': 'c' },
      finalizers: ['x'],
      ownerReferences: [{ apiVersion: 'v1', kind: '', name: '', uid: '' }],
    },
  ),
];
