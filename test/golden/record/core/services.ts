import type { Step } from '../../../support/exchanges.ts';
import { get, patch, post, put, remove, table } from './steps.ts';

const PORTS = [{ port: 80, name: 'a' }];
const DRY = 'services?dryRun=All';

const service = (name: string, spec: object, metadata: object = {}): object => ({
  metadata: { name, ...metadata },
  spec,
});
const refused = (spec: object, metadata?: object): Step => post('services', service('d', spec, metadata));
const tried = (spec: object): Step => post(DRY, service('d', spec));

export const serviceAddresses: Step[] = [
  post('services', service('a', { ports: PORTS, clusterIP: '10.96.0.231' })),
  post('services', service('a', { ports: PORTS, clusterIP: '10.96.0.231' })),
  post('services', service('a', { ports: PORTS })),
  ...[
    '10.96.0.231',
    '1.2.3.4',
    '10.96.0.0',
    '10.111.255.255',
    'foo',
    '2001:db8::1',
    '10.096.0.9',
    '::ffff:10.96.0.4',
  ].map((clusterIP) => refused({ clusterIP, ports: PORTS })),
  refused({ clusterIPs: ['10.96.0.77'], ports: PORTS }),
  refused({ clusterIP: '10.96.0.78', clusterIPs: ['10.96.0.77'], ports: PORTS }),
  refused({ clusterIP: '10.96.0.78', clusterIPs: ['10.96.0.78', '10.96.0.79', '10.96.0.80'], ports: PORTS }),
  refused({ clusterIP: 'None', clusterIPs: ['None', '10.96.0.79'], ports: PORTS }),
  refused({ ipFamilyPolicy: 'RequireDualStack', ports: PORTS }),
  refused({ ipFamilyPolicy: 'Both', ports: PORTS }),
  refused({ ipFamilies: ['IPv6'], ports: PORTS }),
  refused({ ipFamilies: ['IPv4', 'IPv4'], ports: PORTS }),
  refused({ ipFamilies: ['IPv4', 'IPv6'], ports: PORTS }),
  refused({ ipFamilies: ['IPv4', 'IPv6'], ipFamilyPolicy: 'PreferDualStack', ports: PORTS }),
  tried({ ipFamilyPolicy: 'PreferDualStack', ports: PORTS }),
  tried({ clusterIP: '10.96.0.231', ports: PORTS }),
  tried({ clusterIP: '1.2.3.4', ports: PORTS }),
  tried({ clusterIP: 'None' }),
  tried({ clusterIP: 'None', selector: { a: 'b' } }),
  tried({ clusterIP: 'None', ipFamilies: ['IPv6'] }),
  tried({ clusterIP: 'None', selector: { a: 'b' }, ipFamilyPolicy: 'PreferDualStack' }),
  tried({
    clusterIP: 'None',
    ports: [{ port: 80, targetPort: 'http' }],
    sessionAffinity: 'ClientIP',
    externalIPs: ['1.2.3.4'],
  }),
  patch('services/a', { spec: { clusterIP: '10.96.0.232' } }),
  patch('services/a', { spec: { clusterIP: '10.96.0.232', clusterIPs: ['10.96.0.232'] } }),
  patch('services/a', { spec: { clusterIP: null } }),
  patch('services/a', { spec: { clusterIP: null, clusterIPs: null } }),
  patch('services/a', { spec: { ipFamilies: ['IPv6'] } }),
  patch('services/a', { spec: { ipFamilyPolicy: 'RequireDualStack' } }),
  patch('services/a', { spec: { ipFamilyPolicy: 'PreferDualStack' } }),
  put('services/a', service('a', { ports: [{ port: 81 }] })),
  get('services?fieldSelector=spec.clusterIP%3D10.96.0.231'),
  get('services?fieldSelector=spec.ports%3D1'),
  remove('services/a'),
  put('services/a', service('a', { ports: PORTS, clusterIP: '10.96.0.231' })),
];

const nodePort = (...ports: object[]): object => ({ type: 'NodePort', ports });

export const serviceNodePorts: Step[] = [
  post(
    'services',
    service('p', nodePort({ port: 80, name: 'a', nodePort: 31_963 }, { port: 80, name: 'b', protocol: 'UDP' })),
  ),
  refused(nodePort({ port: 80, nodePort: 31_963 })),
  refused(nodePort({ port: 80, nodePort: 80 })),
  refused(nodePort({ port: 80, name: 'a', nodePort: 31_962 }, { port: 81, name: 'b', nodePort: 31_962 })),
  refused({ type: 'LoadBalancer', externalTrafficPolicy: 'Local', healthCheckNodePort: 80, ports: PORTS }),
  tried(nodePort({ port: 80, nodePort: 80 })),
  tried(nodePort({ port: 80, nodePort: 31_963 })),
  tried(nodePort({ port: 80, name: 'a' }, { port: 81, name: 'b' })),
  tried({ type: 'LoadBalancer', ports: PORTS, externalTrafficPolicy: 'Local' }),
  tried({ type: 'LoadBalancer', ports: PORTS, allocateLoadBalancerNodePorts: false }),
  put('services/p', service('p', nodePort({ port: 81, name: 'x' }, { port: 82, name: 'y', nodePort: 31_961 }))),
  put(
    'services/p',
    service('p', nodePort({ port: 81, name: 'x', nodePort: 31_961 }, { port: 82, name: 'y', nodePort: 31_961 })),
  ),
  put('services/p', service('p', nodePort({ port: 82, name: 'y' }))),
  post('services', service('q', nodePort({ port: 80, nodePort: 31_963 }))),
  post('services', service('r', nodePort({ port: 80, nodePort: 31_961 }))),
  remove('services/p'),
  post('services', service('r', nodePort({ port: 80, nodePort: 31_961 }))),
  get('services?fieldSelector=spec.type%3DNodePort'),
];

const ingress = (...items: object[]): object => ({ status: { loadBalancer: { ingress: items } } });

export const serviceTypes: Step[] = [
  post('services', service('t', { ports: PORTS, clusterIP: '10.96.0.233' })),
  patch('services/t/status', ingress({ ip: '1.2.3.4' })),
  patch('services/t', { spec: { type: 'NodePort' } }),
  patch('services/t', { spec: { type: 'LoadBalancer', externalTrafficPolicy: 'Local' } }),
  patch('services/t', { spec: { healthCheckNodePort: 31_960 } }),
  patch(
    'services/t/status',
    ingress({ ip: '1.2.3.4' }, { hostname: '1.2.3.4' }, { ip: 'x', ipMode: 'y' }, { hostname: 'a', ipMode: 'VIP' }),
  ),
  patch('services/t/status', {
    ...ingress({ ip: '1.2.3.4' }, { hostname: 'foo.bar' }),
    metadata: { labels: { a: 'b' } },
    spec: { selector: { a: 'b' } },
  }),
  table('services'),
  patch('services/t', { spec: { loadBalancerClass: 'a/b' } }),
  patch('services/t', { spec: { type: 'ClusterIP' } }),
  patch('services/t', { spec: { type: 'ExternalName', externalName: 'foo.' } }),
  table('services'),
  patch('services/t', { spec: { type: 'ClusterIP', externalName: null } }),
  patch('services/t', { spec: { type: 'ExternalName', externalName: 'foo', internalTrafficPolicy: 'Local' } }),
];

export const serviceRules: Step[] = [
  post('services', service('D1.x', { type: 'Foo', sessionAffinity: 'x' })),
  post('services', service('1abc', { ports: [{ port: 0 }] })),
  refused({ ports: [{ port: 80 }, { port: 80 }] }),
  refused({ type: 'NodePort', clusterIP: 'None', ports: PORTS }),
  refused({ type: 'LoadBalancer', clusterIP: 'None', ports: PORTS }),
  refused({ type: 'ExternalName' }),
  refused({
    type: 'ExternalName',
    externalName: 'Foo_.',
    internalTrafficPolicy: 'x',
    clusterIP: '10.96.0.5',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
  }),
  refused({
    ports: [
      { port: 70_000, name: 'A_b', protocol: 'foo', targetPort: 'x'.repeat(20), appProtocol: 'a b', nodePort: 30_000 },
      { port: 1, name: 'A_b', nodePort: 30_000 },
    ],
    selector: { 'a b': 'c d' },
    sessionAffinity: 'ClientIP',
    sessionAffinityConfig: { clientIP: { timeoutSeconds: 0 } },
    externalIPs: ['x', '127.0.0.1', '10.0.0.1'],
    loadBalancerSourceRanges: ['x', '10.0.0.1/8'],
    allocateLoadBalancerNodePorts: true,
    loadBalancerClass: 'x y',
    externalTrafficPolicy: 'Foo',
    healthCheckNodePort: 5,
    internalTrafficPolicy: 'Foo',
    trafficDistribution: 'x',
  }),
  refused({ ports: PORTS, externalTrafficPolicy: 'Cluster', healthCheckNodePort: 5 }),
  refused(
    { ports: PORTS },
    {
      annotations: {
        'service.beta.kubernetes.io/load-balancer-source-ranges': 'a, 10.0.0.0/8',
        'service.kubernetes.io/topology-aware-hints': 'a',
        'service.kubernetes.io/topology-mode': 'b',
      },
    },
  ),
  tried({
    ports: PORTS,
    trafficDistribution: 'PreferClose',
    loadBalancerIP: '1.2.3.4',
    externalName: 'foo',
    externalIPs: ['1.2.3.4'],
  }),
  tried({ type: 'LoadBalancer', ports: PORTS, loadBalancerClass: 'a/b', loadBalancerSourceRanges: [' 10.0.0.0/8 '] }),
  refused({ ports: PORTS }, { finalizers: ['x', 'a b', 'foregroundDeletion', 'orphan'] }),
];
