/** Custom objects that webhooks and policies of admission want to see in another version. */
import { NAMESPACE, type Step } from '../../../support/exchanges.ts';
import type { Conversion } from '../../../support/webhooks/conversion-server.ts';
import type { Act, ConversionCase } from './conversion-case.ts';

const GROUP = `${NAMESPACE}.example.com`;
const REGISTRATION = '/apis/admissionregistration.k8s.io/v1';

const path = (version: string, name = ''): string =>
  `/apis/${GROUP}/${version}/namespaces/${NAMESPACE}/gizmos${name === '' ? '' : `/${name}`}`;
const create = (version: string, name: string, spec: object): Step => ({
  method: 'POST',
  path: path(version),
  body: { apiVersion: `${GROUP}/${version}`, kind: 'Gizmo', metadata: { name }, spec },
});
const merge = (version: string, name: string, body: object): Step => ({
  method: 'PATCH',
  path: path(version, name),
  body,
});
const remove = (version: string, name: string): Step => ({ method: 'DELETE', path: path(version, name) });
const failing: Act = { webhook: { response: { result: { status: 'Failure', message: 'cannot do that' } } } };
const behaving: Act = { webhook: {} satisfies Conversion };

interface Hook {
  readonly version: string;
  readonly patch?: readonly object[];
  readonly fields?: object;
}

function webhook(name: string, { version, patch, fields = {} }: Hook): object {
  const encoded = patch ? Buffer.from(JSON.stringify(patch)).toString('base64') : '';
  return {
    name: `${name}.example.com`,
    clientConfig: { url: `https://127.0.0.1:$PORT/admit/${encoded}`, caBundle: '$CA' },
    rules: [{ operations: ['*'], apiGroups: [GROUP], apiVersions: [version], resources: ['gizmos', 'gizmos/*'] }],
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    ...fields,
  };
}

function hooked(kind: 'mutating' | 'validating', hooks: readonly Hook[], acts: readonly Act[]): Act[] {
  const resource = `${REGISTRATION}/${kind}webhookconfigurations`;
  const webhooks = hooks.map((hook, index) => webhook(`hook${index}`, hook));
  const without = ['webhooks'];
  return [
    { method: 'POST', path: resource, body: { metadata: { name: NAMESPACE }, webhooks }, without },
    ...acts,
    { method: 'DELETE', path: `${resource}/${NAMESPACE}` },
  ];
}

const add = (at: string, value: unknown): object => ({ op: 'add', path: at, value });
const rename = (at: string, from: string): object => ({ op: 'move', path: at, from });

const rule = { operations: ['CREATE', 'UPDATE'], apiGroups: [GROUP], apiVersions: ['v2'], resources: ['gizmos'] };
const matchConstraints = { resourceRules: [rule] };

function governed(kind: 'mutating' | 'validating', spec: object, acts: readonly Act[]): Act[] {
  const resource = `${REGISTRATION}/${kind}admissionpolic`;
  const metadata = { name: NAMESPACE };
  const binding = { policyName: NAMESPACE, ...(kind === 'validating' && { validationActions: ['Deny'] }) };
  const reinvocation = kind === 'mutating' && { reinvocationPolicy: 'Never' };
  const policy = { metadata, spec: { matchConstraints, ...reinvocation, ...spec } };
  const without = ['status'];
  return [
    { method: 'POST', path: `${resource}ies`, body: policy, without },
    { method: 'POST', path: `${resource}ybindings`, body: { metadata, spec: binding } },
    ...acts,
    { method: 'DELETE', path: `${resource}ybindings/${NAMESPACE}` },
    { method: 'DELETE', path: `${resource}ies/${NAMESPACE}` },
  ];
}

const life: readonly Act[] = [
  create('v1', 'b', { size: 3 }),
  merge('v1', 'b', { spec: { size: 4 } }),
  merge('v1', 'b/status', { status: { ready: 1 } }),
  merge('v1', 'b/scale', { spec: { replicas: 2 } }),
  create('v2', 'c', { length: 3 }),
  remove('v1', 'b'),
];

const cannot: readonly Act[] = [failing, create('v1', 'd', { size: 3 }), behaving];

export const admitted: readonly ConversionCase[] = [
  { name: 'a validating webhook for another version', acts: hooked('validating', [{ version: 'v2' }], life) },
  {
    name: 'a validating webhook for exactly this version',
    acts: hooked('validating', [{ version: 'v2', fields: { matchPolicy: 'Exact' } }], life.slice(0, 1)),
  },
  {
    name: 'a validating webhook for a version that cannot be made',
    acts: hooked('validating', [{ version: 'v2' }], cannot),
  },
  {
    name: 'conditions of a webhook for another version',
    acts: hooked(
      'validating',
      [{ version: 'v2', fields: { matchConditions: [{ name: 'long', expression: 'object.spec.length > 3' }] } }],
      [create('v1', 'b', { size: 3 }), create('v1', 'c', { size: 4 })],
    ),
  },
  {
    name: 'mutating webhooks for other versions',
    acts: hooked(
      'mutating',
      [
        {
          version: 'v2',
          patch: [add('/spec/length', 7), add('/spec/unknown', true), add('/metadata/labels', { a: 'b' })],
        },
        { version: 'v2', fields: { objectSelector: { matchLabels: { a: 'b' } } } },
        { version: 'v1', patch: [add('/spec/replicas', 2)] },
        { version: 'v2' },
      ],
      [create('v1', 'b', { size: 3 }), create('v2', 'c', { length: 3 }), merge('v1', 'b', { spec: { size: 4 } })],
    ),
  },
  {
    name: 'a mutating webhook whose object breaks the rules of the version',
    acts: hooked(
      'mutating',
      [{ version: 'v2', patch: [add('/spec/length', 'long')] }],
      [create('v1', 'b', { size: 3 })],
    ),
  },
  {
    name: 'a mutating webhook that takes a field away that has a default',
    acts: hooked(
      'mutating',
      [{ version: 'v2', patch: [rename('/spec/replicas', '/spec/length'), { op: 'remove', path: '/spec/color' }] }],
      [create('v1', 'b', { size: 3 })],
    ),
  },
  {
    name: 'a mutating webhook for a version that cannot be made',
    acts: hooked('mutating', [{ version: 'v2' }], cannot),
  },
  {
    name: 'a validating policy for another version',
    acts: governed(
      'validating',
      {
        validations: [
          { expression: 'object.spec.length < 5', messageExpression: '"it has " + string(object.spec.length)' },
        ],
      },
      [
        create('v1', 'b', { size: 3 }),
        create('v1', 'c', { size: 6 }),
        merge('v1', 'b', { spec: { size: 5 } }),
        ...cannot,
      ],
    ),
  },
  {
    name: 'a mutating policy for another version',
    acts: governed(
      'mutating',
      {
        matchConditions: [{ name: 'short', expression: 'object.spec.length < 5' }],
        mutations: [
          {
            patchType: 'JSONPatch',
            jsonPatch: {
              expression: '[JSONPatch{op: "replace", path: "/spec/length", value: object.spec.length + 1}]',
            },
          },
          { patchType: 'JSONPatch', jsonPatch: { expression: '[JSONPatch{op: "remove", path: "/spec/color"}]' } },
        ],
      },
      [create('v1', 'b', { size: 3 }), create('v1', 'c', { size: 6 }), create('v2', 'e', { length: 1 }), ...cannot],
    ),
  },
];
