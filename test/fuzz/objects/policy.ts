import type { Sample } from './sample.ts';

const ROLE_RULES = [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] }];
const SUBJECTS = [{ kind: 'ServiceAccount', name: 'fuzz', namespace: 'fuzz' }];
const RBAC = 'rbac.authorization.k8s.io';
const RULES = [{ apiGroups: ['fuzz.example.com'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['nones'] }];
const WEBHOOK = {
  name: 'fuzz.example.com',
  clientConfig: { service: { namespace: 'fuzz', name: 'none', path: '/' } },
  rules: RULES,
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
  failurePolicy: 'Ignore',
  namespaceSelector: { matchLabels: { 'fuzz.example.com/none': 'true' } },
};
const POLICY = { matchConstraints: { resourceRules: RULES }, failurePolicy: 'Ignore' };

export const POLICY_KINDS: readonly Sample[] = [
  { kind: `${RBAC}/v1/clusterroles`, body: { rules: ROLE_RULES } },
  {
    kind: `${RBAC}/v1/clusterrolebindings`,
    body: { roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'none' }, subjects: SUBJECTS },
  },
  { kind: `${RBAC}/v1/roles`, body: { rules: ROLE_RULES } },
  {
    kind: `${RBAC}/v1/rolebindings`,
    body: { roleRef: { apiGroup: RBAC, kind: 'Role', name: 'fuzz' }, subjects: SUBJECTS },
  },
  {
    kind: 'admissionregistration.k8s.io/v1/mutatingadmissionpolicies',
    body: {
      spec: {
        ...POLICY,
        reinvocationPolicy: 'Never',
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/metadata/labels/a"}]' },
          },
        ],
      },
    },
  },
  {
    kind: 'admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings',
    body: { spec: { policyName: 'none' } },
  },
  { kind: 'admissionregistration.k8s.io/v1/mutatingwebhookconfigurations', body: { webhooks: [WEBHOOK] } },
  {
    kind: 'admissionregistration.k8s.io/v1/validatingadmissionpolicies',
    body: { spec: { ...POLICY, validations: [{ expression: 'true', message: 'never' }] } },
  },
  {
    kind: 'admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
    body: { spec: { policyName: 'none', validationActions: ['Deny'] } },
  },
  { kind: 'admissionregistration.k8s.io/v1/validatingwebhookconfigurations', body: { webhooks: [WEBHOOK] } },
  {
    kind: 'apiextensions.k8s.io/v1/customresourcedefinitions',
    name: 'widgets.fuzz.example.com',
    body: {
      spec: {
        group: 'fuzz.example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', singular: 'widget', kind: 'Widget', listKind: 'WidgetList' },
        versions: [
          {
            name: 'v1',
            served: true,
            storage: true,
            schema: {
              openAPIV3Schema: {
                type: 'object',
                properties: { spec: { type: 'object', properties: { size: { type: 'integer', minimum: 0 } } } },
              },
            },
            additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
            subresources: { status: {} },
          },
        ],
      },
    },
  },
  {
    kind: 'certificates.k8s.io/v1/certificatesigningrequests',
    body: { spec: { request: '', signerName: 'example.com/fuzz', usages: ['client auth'] } },
    unmade: 'needs a request that is signed',
  },
  {
    kind: 'certificates.k8s.io/v1/clustertrustbundles',
    body: { spec: { trustBundle: '' } },
    unmade: 'needs a certificate',
  },
  {
    kind: 'certificates.k8s.io/v1/podcertificaterequests',
    body: { spec: { signerName: 'example.com/fuzz', podName: 'fuzz', podUID: 'a', nodeName: 'n', nodeUID: 'b' } },
    unmade: 'needs a key that signs itself',
  },
];
