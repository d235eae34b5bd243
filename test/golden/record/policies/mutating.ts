/** Mutating policies at work. */
import { begin, bindingOf, bound, CONFIG_MAPS, map, type PolicyStep, unbound } from './steps.ts';

const apply = (expression: string): object => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const patch = (expression: string): object => ({ patchType: 'JSONPatch', jsonPatch: { expression } });
const create = (name: string, data: object = {}, metadata: object = {}): PolicyStep => ({
  method: 'POST',
  path: 'configmaps',
  body: map(name, data, metadata),
});

const DEPLOYMENTS = '/apis/apps/v1/namespaces/$NS/deployments';
const deployment = (name: string): PolicyStep => ({
  method: 'POST',
  path: DEPLOYMENTS,
  body: {
    metadata: { name },
    spec: {
      replicas: 0,
      selector: { matchLabels: { a: 'b' } },
      template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
    },
  },
  without: ['status'],
});

const ON_DEPLOYMENTS = {
  resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['deployments'] }],
  namespaceSelector: CONFIG_MAPS.namespaceSelector,
};

/** A policy about the object of its own name. */
function own(name: string, mutations: object[], more: object = {}): PolicyStep[] {
  const matchConditions = [{ name: 'own', expression: `object.metadata.name == '${name}'` }];
  return bound('mutating', name, { matchConditions, reinvocationPolicy: 'Never', mutations, ...more }, {});
}

const MAPS: Record<string, object[]> = {
  labels: [apply("Object{metadata: Object.metadata{labels: {'by': 'policy', 'of': object.metadata.name}}}")],
  data: [apply("Object{data: {'a': '1'}}"), apply("Object{data: {'b': object.data.a + '2'}}")],
  nothing: [apply('Object{}')],
  unknown: [apply('Object{nothing: 1}')],
  wrongtype: [apply("Object{data: {'a': 1}}")],
  error: [apply("Object{data: {'a': object.data.nothing}}")],
  names: [apply("Object{metadata: Object.spec{name: 'a'}}")],
  rename: [apply("Object{metadata: Object.metadata{name: 'other'}}")],
  kind: [apply("Object{kind: 'Secret'}")],
  binary: [apply("Object{binaryData: {'a': string(base64.encode(b'abc'))}}")],
  numbers: [patch('[JSONPatch{op: "add", path: "/data", value: {"a": string(1.5 + 2.0)}}]')],
  patch: [
    patch(
      '[JSONPatch{op: "test", path: "/metadata/name", value: "patch"}, JSONPatch{op: "add", path: ' +
        '"/metadata/labels", value: {"x": "y"}}, JSONPatch{op: "add", path: "/metadata/annotations", value: ' +
        'Object.metadata.annotations{a: "b"}}]',
    ),
    patch('[JSONPatch{op: "add", path: "/metadata/labels/" + jsonpatch.escapeKey("a/b"), value: "z"}]'),
    patch('[JSONPatch{op: "copy", from: "/metadata/labels/x", path: "/metadata/labels/copied"}]'),
    patch('[JSONPatch{op: "remove", path: "/metadata/labels/x"}]'),
  ],
  testfails: [
    patch(
      '[JSONPatch{op: "add", path: "/metadata/labels", value: {"x": "y"}}, JSONPatch{op: "test", path: ' +
        '"/metadata/name", value: "no"}]',
    ),
  ],
  missing: [patch('[JSONPatch{op: "remove", path: "/metadata/labels/x"}]')],
  badop: [patch('[JSONPatch{op: "nothing", path: "/a"}]')],
  badpath: [patch('[JSONPatch{op: "add", path: "/nothing/a", value: 1}]')],
  badfield: [patch('[JSONPatch{op: "add", path: "/nothing", value: 1}]')],
  badvalue: [patch('[JSONPatch{op: "add", path: "/data", value: {"a": 1}}]')],
  badquantity: [patch('[JSONPatch{op: "add", path: "/data", value: {"a": quantity("1")}}]')],
  misplaced: [patch('[JSONPatch{op: "add", path: "/metadata", value: Object.metadata{labels: Object.spec{}}}]')],
  continues: [apply("Object{data: {'a': object.data.nothing}}"), apply("Object{data: {'b': '1'}}")],
};

const WORKLOADS: Record<string, object[]> = {
  containers: [
    apply(
      'Object{spec: Object.spec{template: Object.spec.template{spec: ' +
        "Object.spec.template.spec{initContainers: [Object.spec.template.spec.initContainers{name: 'init', " +
        "image: 'x'}], containers: [Object.spec.template.spec.containers{name: 'c', env: " +
        "[Object.spec.template.spec.containers.env{name: 'A', value: 'B'}]}]}}}}",
    ),
  ],
  replicas: [
    apply('Object{spec: Object.spec{?replicas: object.spec.?replicas.or(optional.of(1)), minReadySeconds: 3}}'),
  ],
  selector: [apply("Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {'c': 'd'}}}}")],
  commands: [
    apply(
      'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: ' +
        "[Object.spec.template.spec.containers{name: 'c', command: ['a']}]}}}}",
    ),
  ],
  keyless: [
    apply(
      'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: ' +
        "[Object.spec.template.spec.containers{image: 'c'}]}}}}",
    ),
  ],
  invalid: [apply('Object{spec: Object.spec{replicas: -1}}')],
  cleared: [
    patch('[JSONPatch{op: "remove", path: "/spec/strategy"}, JSONPatch{op: "remove", path: "/spec/replicas"}]'),
  ],
};

/** What mutations make of objects. */
export const mutations: PolicyStep[] = [
  ...begin(
    ...Object.entries(MAPS).map(([name, of]) => own(name, of)),
    ...Object.entries(WORKLOADS).map(([name, of]) => own(name, of, { matchConstraints: ON_DEPLOYMENTS })),
    own('open', [apply("Object{data: {'a': object.data.nothing}}"), apply("Object{data: {'b': '1'}}")], {
      failurePolicy: 'Ignore',
    }),
  ),
  ...Object.keys(MAPS).map((name) => create(name)),
  create('open'),
  { method: 'GET', path: 'configmaps/data', managers: true },
  { method: 'PATCH', path: 'configmaps/labels', body: { metadata: { labels: { by: null } } } },
  { method: 'POST', path: 'configmaps?dryRun=All', body: map('labels2', {}, { name: 'data' }) },
  ...Object.keys(WORKLOADS).map(deployment),
  ...unbound('mutating', ...Object.keys(MAPS), ...Object.keys(WORKLOADS), 'open'),
];

/** Counts how often it is asked about the objects with a label. */
const counting = (name: string, reinvocationPolicy: string, label: string): PolicyStep[] =>
  bound(
    'mutating',
    name,
    {
      reinvocationPolicy,
      matchConstraints: { ...CONFIG_MAPS, objectSelector: { matchLabels: { for: label } } },
      mutations: [apply(`Object{data: {'${name}': string(int(object.?data[?'${name}'].orValue('0')) + 1)}}`)],
    },
    {},
  );

/** Order, parameters, variables, and looking again. */
export const invocations: PolicyStep[] = [
  { method: 'POST', path: 'configmaps', body: map('param', { value: 'given' }, { labels: { is: 'param' } }) },
  { method: 'POST', path: 'configmaps', body: map('param2', { value: 'second' }, { labels: { is: 'param' } }) },
  ...begin(
    counting('first', 'IfNeeded', 'count'),
    counting('second', 'IfNeeded', 'count'),
    counting('alone', 'IfNeeded', 'alone'),
    counting('never', 'Never', 'never'),
    bound(
      'mutating',
      'params',
      {
        paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
        reinvocationPolicy: 'Never',
        matchConditions: [{ name: 'own', expression: "object.?metadata.name.orValue('').startsWith('params')" }],
        variables: [{ name: 'text', expression: "params.metadata.name + '=' + params.data.value" }],
        mutations: [apply('Object{metadata: Object.metadata{annotations: {params.metadata.name: variables.text}}}')],
      },
      { paramRef: { selector: { matchLabels: { is: 'param' } }, parameterNotFoundAction: 'Deny' } },
    ),
    [
      bindingOf('mutating', 'missing', 'params', {
        paramRef: { name: 'nothing', parameterNotFoundAction: 'Deny' },
        matchResources: { objectSelector: { matchLabels: { for: 'missing' } } },
      }),
    ],
    bound(
      'mutating',
      'conditions',
      {
        reinvocationPolicy: 'Never',
        matchConditions: [{ name: 'own', expression: "object.data.conditions == 'yes'" }],
        mutations: [apply("Object{metadata: Object.metadata{labels: {'conditions': 'hold'}}}")],
        matchConstraints: { ...CONFIG_MAPS, objectSelector: { matchLabels: { for: 'conditions' } } },
      },
      {},
    ),
    bound(
      'mutating',
      'unknown',
      {
        reinvocationPolicy: 'Never',
        paramKind: { apiVersion: 'a.example.com/v1', kind: 'Nothing' },
        mutations: [apply('Object{}')],
        matchConstraints: { ...CONFIG_MAPS, objectSelector: { matchLabels: { for: 'unknown' } } },
      },
      { paramRef: { name: 'x', parameterNotFoundAction: 'Deny' } },
    ),
  ),
  ...['count', 'alone', 'never'].map((name) => create(name, {}, { labels: { for: name } })),
  create('params'),
  create('params-missing', {}, { labels: { for: 'missing' } }),
  create('conditions', { conditions: 'yes' }, { labels: { for: 'conditions' } }),
  create('conditions-no', { conditions: 'no' }, { labels: { for: 'conditions' } }),
  create('conditions-error', {}, { labels: { for: 'conditions' } }),
  create('unknown', {}, { labels: { for: 'unknown' } }),
  { method: 'POST', path: 'configmaps', body: { metadata: { generateName: 'gen-', labels: { for: 'conditions' } } } },
  { method: 'DELETE', path: 'configmaps/count' },
  ...unbound('mutating', 'first', 'second', 'alone', 'never', 'params', 'conditions', 'unknown'),
  {
    method: 'DELETE',
    path: '/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings/$NS-missing',
    without: ['details'],
  },
];
