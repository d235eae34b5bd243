import { LABELS, type Sample } from './sample.ts';

export const NETWORK: readonly Sample[] = [
  { kind: 'networking.k8s.io/v1/ingressclasses', body: { spec: { controller: 'example.com/fuzz' } } },
  {
    kind: 'networking.k8s.io/v1/ingresses',
    body: {
      spec: {
        rules: [
          {
            host: 'fuzz.example.com',
            http: {
              paths: [{ path: '/', pathType: 'Prefix', backend: { service: { name: 'fuzz', port: { number: 80 } } } }],
            },
          },
        ],
        tls: [{ hosts: ['fuzz.example.com'], secretName: 'fuzz' }],
      },
    },
  },
  {
    kind: 'networking.k8s.io/v1/ipaddresses',
    name: '10.96.200.200',
    body: { spec: { parentRef: { resource: 'services', namespace: 'fuzz', name: 'none' } } },
    unmade: 'a controller takes it away',
  },
  {
    kind: 'networking.k8s.io/v1/networkpolicies',
    body: {
      spec: {
        podSelector: { matchLabels: LABELS },
        policyTypes: ['Ingress', 'Egress'],
        ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16'] } }], ports: [{ port: 80 }] }],
      },
    },
  },
  {
    kind: 'networking.k8s.io/v1/servicecidrs',
    name: 'kubernetes',
    body: { spec: { cidrs: ['10.97.0.0/16'] } },
    unmade: 'is there already, and another one would change where addresses of services come from',
  },
  {
    kind: 'discovery.k8s.io/v1/endpointslices',
    body: {
      addressType: 'IPv4',
      endpoints: [{ addresses: ['10.1.2.3'], conditions: { ready: true } }],
      ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
    },
  },
  {
    kind: 'events.k8s.io/v1/events',
    name: 'fuzz-event',
    body: {
      eventTime: '2026-01-01T00:00:00.000000Z',
      regarding: { kind: 'Pod', namespace: 'fuzz', name: 'fuzz', apiVersion: 'v1' },
      reason: 'Started',
      action: 'Start',
      type: 'Normal',
      note: 'a note',
      reportingController: 'example.com/fuzz',
      reportingInstance: 'fuzz-0',
    },
  },
  {
    kind: 'apiregistration.k8s.io/v1/apiservices',
    name: 'v1alpha1.fuzz.example.com',
    body: {
      spec: {
        group: 'fuzz.example.com',
        version: 'v1alpha1',
        groupPriorityMinimum: 100,
        versionPriority: 10,
        service: { namespace: 'fuzz', name: 'none' },
        insecureSkipTLSVerify: true,
      },
    },
    unmade: 'would spoil the discovery of others',
  },
  {
    kind: 'flowcontrol.apiserver.k8s.io/v1/flowschemas',
    body: {
      spec: {
        matchingPrecedence: 9999,
        priorityLevelConfiguration: { name: 'global-default' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'fuzz-nobody' } }],
            nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/fuzz'] }],
          },
        ],
      },
    },
  },
  {
    kind: 'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    body: {
      spec: {
        type: 'Limited',
        limited: {
          nominalConcurrencyShares: 1,
          limitResponse: { type: 'Queue', queuing: { queues: 4, handSize: 2, queueLengthLimit: 5 } },
        },
      },
    },
  },
];
