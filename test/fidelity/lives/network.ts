import type { Life } from '../life.ts';
import { sampleOf } from './samples.ts';

const NAMES = ['life-first', 'life-second', 'life-third'] as const;
const TIME = '2025-06-01T00:00:00Z';
const CONDITION = { type: 'Ready', status: 'True', reason: 'Fine', message: 'fine', lastTransitionTime: TIME };

export const NETWORK: readonly Life[] = [
  {
    resource: 'networking.k8s.io/v1/ingresses',
    object: sampleOf('networking.k8s.io/v1/ingresses'),
    change: { spec: { ingressClassName: 'front' } },
    strategic: { spec: { defaultBackend: { service: { name: 'shop', port: { name: 'http' } } } } },
    apply: { spec: { tls: [{ hosts: ['shop.example.com'], secretName: 'shop' }] } },
    invalid: { spec: { rules: [{ host: 'no host' }] } },
    status: { loadBalancer: { ingress: [{ ip: '192.0.2.1' }] } },
    invalidStatus: { loadBalancer: { ingress: [{ ip: 'nowhere' }] } },
  },
  {
    resource: 'networking.k8s.io/v1/ingressclasses',
    names: NAMES,
    object: {
      spec: {
        controller: 'example.com/shop',
        parameters: { kind: 'Shop', name: 'front', apiGroup: 'example.com', scope: 'Cluster' },
      },
    },
    change: { spec: { parameters: { name: 'back' } } },
    apply: { spec: { parameters: { name: 'side' } } },
    invalid: { spec: { controller: 'nothing' } },
    invalidUpdate: { spec: { controller: 'example.com/other' } },
  },
  {
    resource: 'networking.k8s.io/v1/networkpolicies',
    object: sampleOf('networking.k8s.io/v1/networkpolicies'),
    change: { spec: { podSelector: { matchLabels: { tier: 'front' } } } },
    strategic: { spec: { policyTypes: ['Ingress'] } },
    apply: { spec: { podSelector: { matchLabels: { more: 'yes' } } } },
    invalid: { spec: { policyTypes: ['Sometimes'] } },
  },
  {
    resource: 'networking.k8s.io/v1/ipaddresses',
    names: ['10.96.200.201', '10.96.200.202', '10.96.200.203'],
    object: { spec: { parentRef: { resource: 'services', namespace: 'nowhere', name: 'none' } } },
    invalid: { spec: { parentRef: { resource: '' } } },
    invalidUpdate: { spec: { parentRef: { name: 'other' } } },
  },
  {
    resource: 'networking.k8s.io/v1/servicecidrs',
    names: NAMES,
    object: { spec: { cidrs: ['10.112.0.0/24'] } },
    invalid: { spec: { cidrs: ['nowhere'] } },
    invalidUpdate: { spec: { cidrs: ['10.113.0.0/24'] } },
    status: { conditions: [CONDITION] },
    invalidStatus: { conditions: [{ ...CONDITION, status: 'Maybe' }] },
  },
  {
    resource: 'discovery.k8s.io/v1/endpointslices',
    object: sampleOf('discovery.k8s.io/v1/endpointslices'),
    change: { endpoints: [{ addresses: ['192.0.2.7'], conditions: { ready: false } }] },
    apply: { endpoints: [{ addresses: ['192.0.2.8'] }] },
    invalid: { endpoints: [{ addresses: ['nowhere'] }] },
    invalidUpdate: { addressType: 'IPv6' },
  },
  {
    resource: 'apiregistration.k8s.io/v1/apiservices',
    names: ['v1.shops.example.com', 'v2.shops.example.com', 'v3.shops.example.com'],
    object: (name) => ({
      spec: {
        group: 'shops.example.com',
        version: name.split('.')[0],
        groupPriorityMinimum: 100,
        versionPriority: 10,
        service: { namespace: 'nowhere', name: 'none' },
        insecureSkipTLSVerify: true,
      },
    }),
    change: { spec: { versionPriority: 11 } },
    strategic: { spec: { groupPriorityMinimum: 101 } },
    apply: { spec: { versionPriority: 12 } },
    invalid: { spec: { groupPriorityMinimum: -1 } },
    status: {
      conditions: [{ type: 'Available', status: 'False', reason: 'Gone', message: 'gone', lastTransitionTime: TIME }],
    },
  },
  {
    resource: 'flowcontrol.apiserver.k8s.io/v1/flowschemas',
    names: NAMES,
    object: sampleOf('flowcontrol.apiserver.k8s.io/v1/flowschemas'),
    change: { spec: { matchingPrecedence: 9998 } },
    strategic: { spec: { distinguisherMethod: { type: 'ByUser' } } },
    apply: { spec: { distinguisherMethod: { type: 'ByNamespace' } } },
    invalid: { spec: { matchingPrecedence: -1 } },
    status: {
      conditions: [{ type: 'Dangling', status: 'False', reason: 'Found', message: 'found', lastTransitionTime: TIME }],
    },
  },
  {
    resource: 'flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations',
    names: NAMES,
    object: sampleOf('flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations'),
    change: { spec: { limited: { nominalConcurrencyShares: 2 } } },
    strategic: { spec: { limited: { lendablePercent: 10 } } },
    apply: { spec: { limited: { borrowingLimitPercent: 10 } } },
    invalid: { spec: { type: 'Sometimes' } },
    status: {
      conditions: [{ type: 'Fine', status: 'True', reason: 'Fine', message: 'fine', lastTransitionTime: TIME }],
    },
  },
];
