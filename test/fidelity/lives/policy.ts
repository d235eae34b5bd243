import type { Life } from '../life.ts';
import type { Fields } from '../merge-patched.ts';
import { CERTIFICATE, SIGNING_REQUEST, UNSIGNED_NAME_REQUEST } from './certificates.ts';
import { sampleOf } from './samples.ts';

const NAMES = ['life-first', 'life-second', 'life-third'] as const;
const RBAC = 'rbac.authorization.k8s.io/v1';
const ADMISSION = 'admissionregistration.k8s.io/v1';
const TIME = '2025-06-01T00:00:00Z';
const RULES = { rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['get'] }] };
const SUBJECTS = { subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }] };
const CONDITION = { type: 'Ready', status: 'True', reason: 'Fine', message: 'fine', lastTransitionTime: TIME };

function definition(name: string): Fields {
  const [plural = '', ...group] = name.split('.');
  const names = { plural, singular: plural.slice(0, -1), kind: plural.slice(0, -1), listKind: `${plural}List` };
  const schema = {
    type: 'object',
    properties: { spec: { type: 'object', properties: { size: { type: 'integer' } } } },
  };
  return {
    spec: {
      group: group.join('.'),
      scope: 'Namespaced',
      names: { ...names, kind: 'Shop', listKind: 'ShopList' },
      versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
    },
  };
}

export const POLICY: readonly Life[] = [
  {
    resource: `${RBAC}/roles`,
    object: sampleOf(`${RBAC}/roles`),
    change: RULES,
    apply: RULES,
    invalid: { rules: [{ verbs: [] }] },
  },
  {
    resource: `${RBAC}/clusterroles`,
    names: NAMES,
    object: sampleOf(`${RBAC}/clusterroles`),
    change: RULES,
    apply: RULES,
    invalid: { rules: [{ verbs: [] }] },
  },
  {
    resource: `${RBAC}/rolebindings`,
    object: sampleOf(`${RBAC}/rolebindings`),
    change: SUBJECTS,
    apply: SUBJECTS,
    invalid: { subjects: [{ kind: 'Shoe', name: 'x' }] },
    invalidUpdate: { roleRef: { name: 'other' } },
  },
  {
    resource: `${RBAC}/clusterrolebindings`,
    names: NAMES,
    object: sampleOf(`${RBAC}/clusterrolebindings`),
    change: SUBJECTS,
    apply: SUBJECTS,
    invalid: { subjects: [{ kind: 'Shoe', name: 'x' }] },
    invalidUpdate: { roleRef: { name: 'other' } },
  },
  {
    resource: `${ADMISSION}/validatingwebhookconfigurations`,
    names: NAMES,
    object: sampleOf(`${ADMISSION}/validatingwebhookconfigurations`),
    strategic: { webhooks: [{ name: 'fuzz.example.com', timeoutSeconds: 3 }] },
    invalid: { webhooks: [{ name: 'nope' }] },
  },
  {
    resource: `${ADMISSION}/mutatingwebhookconfigurations`,
    names: NAMES,
    object: sampleOf(`${ADMISSION}/mutatingwebhookconfigurations`),
    strategic: { webhooks: [{ name: 'fuzz.example.com', reinvocationPolicy: 'IfNeeded' }] },
    invalid: { webhooks: [{ name: 'nope' }] },
  },
  {
    resource: `${ADMISSION}/validatingadmissionpolicies`,
    names: NAMES,
    object: sampleOf(`${ADMISSION}/validatingadmissionpolicies`),
    change: { spec: { validations: [{ expression: 'object.metadata.name != "x"', message: 'never x' }] } },
    strategic: { spec: { failurePolicy: 'Fail' } },
    apply: { spec: { failurePolicy: 'Fail' } },
    invalid: { spec: { failurePolicy: 'Sometimes' } },
    status: { observedGeneration: 1, conditions: [CONDITION] },
    invalidStatus: { conditions: [{ ...CONDITION, status: 'Maybe' }] },
  },
  {
    resource: `${ADMISSION}/validatingadmissionpolicybindings`,
    names: NAMES,
    object: sampleOf(`${ADMISSION}/validatingadmissionpolicybindings`),
    change: { spec: { validationActions: ['Warn'] } },
    strategic: { spec: { policyName: 'other' } },
    apply: { spec: { policyName: 'third' } },
    invalid: { spec: { validationActions: ['Sometimes'] } },
  },
  {
    resource: `${ADMISSION}/mutatingadmissionpolicies`,
    names: NAMES,
    object: sampleOf(`${ADMISSION}/mutatingadmissionpolicies`),
    change: { spec: { failurePolicy: 'Fail' } },
    strategic: { spec: { reinvocationPolicy: 'IfNeeded' } },
    invalid: { spec: { failurePolicy: 'Sometimes' } },
  },
  {
    resource: `${ADMISSION}/mutatingadmissionpolicybindings`,
    names: NAMES,
    object: sampleOf(`${ADMISSION}/mutatingadmissionpolicybindings`),
    change: { spec: { policyName: 'other' } },
    apply: { spec: { policyName: 'third' } },
    invalid: { spec: { policyName: '' } },
  },
  {
    resource: 'apiextensions.k8s.io/v1/customresourcedefinitions',
    names: ['shops.first.example.com', 'shops.second.example.com', 'shops.third.example.com'],
    object: definition,
    change: { spec: { names: { shortNames: ['sh'] } } },
    strategic: { spec: { names: { categories: ['all'] } } },
    apply: { spec: { names: { shortNames: ['sp'] } } },
    invalid: { spec: { scope: 'Sometimes' } },
    status: {
      conditions: [{ type: 'Terminating', status: 'False', reason: 'Fine', message: 'fine', lastTransitionTime: TIME }],
    },
  },
  {
    resource: 'certificates.k8s.io/v1/certificatesigningrequests',
    names: NAMES,
    object: { spec: { request: SIGNING_REQUEST, signerName: 'example.com/shop', usages: ['client auth'] } },
    invalid: { spec: { request: 'bm9uZQ==' } },
    invalidUpdate: { spec: { signerName: 'example.com/other' } },
    status: { certificate: Buffer.from(CERTIFICATE).toString('base64') },
    invalidStatus: { certificate: 'bm9uZQ==' },
    parts: [
      { method: 'GET', path: '/apis/certificates.k8s.io/v1/certificatesigningrequests/life-first/approval' },
      {
        method: 'PATCH',
        path: '/apis/certificates.k8s.io/v1/certificatesigningrequests/life-first/approval',
        type: 'merge',
        body: {
          status: {
            conditions: [
              {
                type: 'Approved',
                status: 'True',
                reason: 'Known',
                message: 'known',
                lastTransitionTime: TIME,
                lastUpdateTime: TIME,
              },
            ],
          },
        },
      },
      {
        method: 'PATCH',
        path: '/apis/certificates.k8s.io/v1/certificatesigningrequests/life-first/approval?fieldManager=erin',
        type: 'apply',
        body: {
          apiVersion: 'certificates.k8s.io/v1',
          kind: 'CertificateSigningRequest',
          metadata: { name: 'life-first' },
          status: { conditions: [{ type: 'Failed', status: 'True', reason: 'No', message: 'no' }] },
        },
      },
      {
        method: 'PUT',
        path: '/apis/certificates.k8s.io/v1/certificatesigningrequests/life-first/approval',
        body: {
          metadata: { name: 'life-first' },
          spec: { request: SIGNING_REQUEST, signerName: 'example.com/shop', usages: ['client auth'] },
          status: { conditions: [{ type: 'Denied', status: 'True', reason: 'No', message: 'no' }] },
        },
      },
    ],
  },
  {
    resource: 'certificates.k8s.io/v1/clustertrustbundles',
    names: ['example.com:shop:first', 'example.com:shop:second', 'example.com:shop:third'],
    object: { spec: { signerName: 'example.com/shop', trustBundle: CERTIFICATE } },
    invalid: { spec: { trustBundle: 'nothing' } },
    invalidUpdate: { spec: { signerName: 'example.com/other' } },
  },
  {
    resource: 'certificates.k8s.io/v1/podcertificaterequests',
    object: {
      spec: {
        signerName: 'example.com/shop',
        podName: 'first',
        podUID: 'a',
        serviceAccountName: 'default',
        serviceAccountUID: 'b',
        nodeName: 'node01',
        nodeUID: 'c',
        maxExpirationSeconds: 3600,
        stubPKCS10Request: UNSIGNED_NAME_REQUEST,
      },
    },
    invalid: { spec: { maxExpirationSeconds: 1 } },
    invalidUpdate: { spec: { nodeName: 'node02' } },
  },
];
