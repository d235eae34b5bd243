import type { Step } from '../../../support/exchanges.ts';
import type { Behaviour } from '../../../support/webhooks/webhook-server.ts';
import type { Hook, WebhookCase } from './webhook-case.ts';

const BOTH = ['mutating', 'validating'] as const;

/** A webhook of each kind for some resources. */
function hooks(apiGroups: string[], apiVersions: string[], resources: string[], fields: object = {}): Hook[] {
  const rules = [{ operations: ['*'], apiGroups, apiVersions, resources }];
  return BOTH.map((kind) => ({ kind, behaviour: {}, fields: { rules, ...fields } }));
}

const account: Step = { method: 'POST', path: 'serviceaccounts', body: { metadata: { name: 'default' } } };
const podSpec = {
  schedulerName: 'none',
  automountServiceAccountToken: false,
  containers: [{ name: 'c', image: 'i' }],
};
const pod: Step = { method: 'POST', path: 'pods', body: { metadata: { name: 'p' }, spec: podSpec } };

const DEPLOYMENTS = '/apis/apps/v1/namespaces/$NS/deployments';
const AUTOSCALERS = '/namespaces/$NS/horizontalpodautoscalers';
const template = { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'i' }] } };
const deployment: Step = {
  method: 'POST',
  path: DEPLOYMENTS,
  body: {
    metadata: { name: 'd' },
    spec: { paused: true, replicas: 0, selector: { matchLabels: { app: 'd' } }, template },
  },
};
const autoscaler: Step = {
  method: 'POST',
  path: `/apis/autoscaling/v1${AUTOSCALERS}`,
  body: {
    metadata: { name: 'h' },
    spec: {
      maxReplicas: 3,
      targetCPUUtilizationPercentage: 50,
      scaleTargetRef: { kind: 'Deployment', name: 'd', apiVersion: 'apps/v1' },
    },
  },
};
const scale: Step = { method: 'PATCH', path: `${DEPLOYMENTS}/d/scale`, body: { spec: { replicas: 1 } } };
const patching = (path: string, value: unknown): Behaviour => ({ response: { patch: [{ op: 'add', path, value }] } });
const equivalent = (matchPolicy: string): WebhookCase => ({
  name: `told: ${matchPolicy} versions`,
  hooks: hooks(['autoscaling'], ['v2'], ['horizontalpodautoscalers'], { matchPolicy }),
  steps: [autoscaler],
});

/** What webhooks get to know of requests. */
export const told: readonly WebhookCase[] = [
  {
    name: 'told: every verb',
    hooks: hooks([''], ['v1'], ['configmaps']),
    steps: [
      {
        method: 'POST',
        path: 'configmaps?fieldManager=me&fieldValidation=Strict',
        body: { metadata: { generateName: 'gen-' } },
      },
      { method: 'POST', path: 'configmaps', body: { metadata: { name: 'a', uid: 'mine' }, data: { a: 'b' } } },
      { method: 'PUT', path: 'configmaps/a', body: { metadata: { name: 'a' }, data: { a: 'c' } } },
      { method: 'PATCH', path: 'configmaps/a?dryRun=All', body: { data: { a: 'd' } } },
      {
        method: 'PATCH',
        path: 'configmaps/b?fieldManager=m&force=true',
        body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'b' } },
        apply: true,
      },
      { method: 'DELETE', path: 'configmaps/a', body: { propagationPolicy: 'Background' } },
      { method: 'DELETE', path: 'configmaps?fieldSelector=metadata.name=b' },
    ],
  },
  {
    name: 'told: subresources of pods',
    hooks: hooks(['*'], ['*'], ['pods/*']),
    before: [account, pod],
    steps: [
      {
        method: 'PATCH',
        path: 'pods/p/status',
        body: { status: { reason: 'Because' }, metadata: { labels: { a: 'b' } } },
      },
      {
        method: 'POST',
        path: 'pods/p/binding',
        body: { metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } },
      },
      {
        method: 'POST',
        path: 'pods/p/eviction',
        body: { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } },
      },
    ],
  },
  {
    name: 'told: a scale',
    hooks: hooks(['apps'], ['v1'], ['deployments/scale']),
    before: [deployment],
    steps: [scale],
  },
  {
    name: 'told: a scale that is changed',
    hooks: [
      {
        kind: 'mutating',
        behaviour: patching('/spec/replicas', 3),
        fields: {
          rules: [{ operations: ['*'], apiGroups: ['apps'], apiVersions: ['*'], resources: ['deployments/scale'] }],
        },
      },
    ],
    before: [deployment],
    steps: [scale],
  },
  equivalent('Equivalent'),
  equivalent('Exact'),
  {
    name: 'told: another version that is changed',
    hooks: [
      {
        kind: 'mutating',
        behaviour: patching('/spec/minReplicas', 2),
        fields: {
          rules: [
            { operations: ['CREATE'], apiGroups: ['*'], apiVersions: ['v2'], resources: ['horizontalpodautoscalers'] },
          ],
        },
      },
    ],
    steps: [autoscaler],
  },
  {
    name: 'told: a status that a webhook changes with the object',
    hooks: [
      {
        kind: 'mutating',
        behaviour: patching('/status/message', 'of a webhook'),
        fields: { rules: [{ operations: ['*'], apiGroups: [''], apiVersions: ['*'], resources: ['pods'] }] },
      },
    ],
    before: [account],
    steps: [pod, { method: 'PATCH', path: 'pods/p', body: { metadata: { labels: { a: 'b' } } } }],
  },
  ...['IfNeeded', 'Never'].map(
    (reinvocationPolicy): WebhookCase => ({
      name: `told: again, ${reinvocationPolicy}`,
      hooks: [
        { kind: 'mutating', behaviour: {}, fields: { reinvocationPolicy } },
        { kind: 'mutating', behaviour: patching('/data', { x: 'y' }), fields: { reinvocationPolicy } },
      ],
      steps: [{ method: 'POST', path: 'configmaps', body: { metadata: { name: 'a' } } }],
    }),
  ),
  {
    name: 'told: an old review',
    hooks: BOTH.map((kind) => ({
      kind,
      behaviour: { review: { apiVersion: 'admission.k8s.io/v1beta1' } },
      fields: { admissionReviewVersions: ['v1beta1', 'v1'] },
    })),
    steps: [{ method: 'POST', path: 'configmaps', body: { metadata: { name: 'a' } } }],
  },
];
