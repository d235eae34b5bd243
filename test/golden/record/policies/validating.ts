/** Validating policies at work. */
import { begin, bindingOf, bound, CONFIG_MAPS, map, type PolicyStep, unbound } from './steps.ts';

const DENY = { validationActions: ['Deny'] };
const create = (name: string, data: object = {}, metadata: object = {}): PolicyStep => ({
  method: 'POST',
  path: 'configmaps',
  body: map(name, data, metadata),
});

/** What policies say, and how. */
export const denials: PolicyStep[] = [
  ...begin(
    bound(
      'validating',
      'messages',
      {
        validations: [
          { expression: "object.data.what != 'plain'" },
          { expression: "object.data.what != 'message'", message: '  a message  ' },
          { expression: "object.data.what != 'reason'", message: 'm', reason: 'Forbidden' },
          { expression: "object.data.what != 'large'", message: 'm', reason: 'RequestEntityTooLarge' },
          { expression: "object.data.what != 'made'", messageExpression: "'made for ' + object.metadata.name" },
          { expression: "object.data.what != 'empty'", messageExpression: "' '" },
          { expression: "object.data.what != 'lines'", messageExpression: "'a\\nb'", message: 'fallback' },
          { expression: "object.data.what != 'broken'", messageExpression: "'' + object.data.nothing" },
          {
            expression: "object.data.what != 'long'",
            messageExpression: "'a'.format([]) + '12345678'.replace('', 'x')",
          },
          { expression: "object.data.what != 'several'", message: 'first' },
          { expression: "object.data.what != 'several'", message: 'second' },
          { expression: "object.data.what != 'error' || object.data.nothing == 'x'" },
          { expression: "object.data.what != 'number' || int(object.data.n) > 1" },
          { expression: "  object.data.what != 'spaces'  " },
        ],
      },
      DENY,
    ),
  ),
  ...'fine plain message reason large made empty lines broken long several error number spaces'
    .split(' ')
    .map((what) => create(what, { what, n: 'x' })),
  create('no-data'),
  { method: 'POST', path: 'configmaps', body: { metadata: { generateName: 'gen-' }, data: { what: 'made' } } },
  { method: 'PATCH', path: 'configmaps/fine', body: { data: { what: 'reason' } } },
  { method: 'PATCH', path: 'configmaps/none', body: { data: { what: 'reason' } } },
  { method: 'POST', path: 'configmaps?dryRun=All', body: map('dry', { what: 'message' }) },
  { method: 'DELETE', path: 'configmaps/fine' },
  ...unbound('validating', 'messages'),
];

/** Deny, Warn and Audit; several bindings; policies that fail open. */
export const actions: PolicyStep[] = [
  ...begin(
    bound(
      'validating',
      'a',
      { validations: [{ expression: "object.data.a != 'x'" }] },
      { validationActions: ['Warn'] },
    ),
    bound(
      'validating',
      'b',
      { validations: [{ expression: "object.data.b != 'x'" }] },
      { validationActions: ['Audit', 'Warn'] },
    ),
    [
      bindingOf('validating', 'b2', 'b', {
        validationActions: ['Deny'],
        matchResources: { objectSelector: { matchLabels: { strict: 'yes' } } },
      }),
    ],
    bound(
      'validating',
      'open',
      {
        failurePolicy: 'Ignore',
        validations: [{ expression: "object.data.open != 'x'" }, { expression: 'object.nothing' + " == 'a'" }],
      },
      DENY,
    ),
    bound(
      'validating',
      'conditions',
      {
        matchConditions: [
          { name: 'named', expression: "object.metadata.name.startsWith('cond')" },
          { name: 'errors', expression: "object.data.cond == 'yes'" },
        ],
        validations: [{ expression: 'false', message: 'conditions hold' }],
      },
      DENY,
    ),
    bound(
      'validating',
      'notes',
      {
        matchConditions: [{ name: 'named', expression: "object.metadata.name.startsWith('note')" }],
        auditAnnotations: [
          { key: 'note', valueExpression: "object.data.note == 'null' ? null : object.data.note + ''" },
        ],
      },
      { validationActions: ['Audit'] },
    ),
  ),
  create('a', { a: 'x', b: '', open: '' }),
  create('b', { a: '', b: 'x', open: '' }),
  create('both', { a: 'x', b: 'x', open: '' }),
  create('strict', { a: 'x', b: 'x', open: '' }, { labels: { strict: 'yes' } }),
  create('open', { a: '', b: '', open: 'x' }),
  create('open-error', { a: '', b: '' }),
  create('cond-no', { a: '', b: '', open: '', cond: 'no' }),
  create('cond-yes', { a: '', b: '', open: '', cond: 'yes' }),
  create('cond-error', { a: '', b: '', open: '' }),
  create('note', { a: '', b: '', open: '', note: 'text' }),
  create('note-null', { a: '', b: '', open: '', note: 'null' }),
  create('note-error', { a: '', b: '', open: '' }),
  { method: 'DELETE', path: 'configmaps/b' },
  ...unbound('validating', 'a', 'b', 'open', 'conditions', 'notes'),
  {
    method: 'DELETE',
    path: '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/$NS-b2',
    without: ['details'],
  },
];

const probe = (name: string, expression: string, more: object = {}): PolicyStep[] =>
  bound(
    'validating',
    name,
    {
      matchConditions: [{ name: 'own', expression: `request.name == '${name}'` }],
      validations: [{ expression: 'false', messageExpression: expression }],
      ...more,
    },
    DENY,
  );

/** What expressions know about a request. */
const KNOWN: Record<string, string> = {
  request:
    '[request.kind.kind, request.resource.resource, request.name, request.namespace, ' +
    "request.operation, string(request.dryRun), string(has(request.subResource))].join(',')",
  user:
    "request.userInfo.username + ' ' + request.userInfo.groups.join(',') + ' ' + " +
    'string(has(request.userInfo.extra)) + string(has(request.userInfo.uid))',
  options: 'request.options.kind + request.options.apiVersion + string(has(request.options.dryRun))',
  namespace:
    'namespaceObject.metadata.name + ' +
    "namespaceObject.metadata.labels['kubernetes.io/metadata.name'] + " +
    'namespaceObject.status.phase + namespaceObject.spec.finalizers.join() + ' +
    'string(has(namespaceObject.metadata.UID))',
  object:
    'object.kind + object.apiVersion + string(has(object.metadata.uid)) + ' +
    'string(has(object.metadata.creationTimestamp)) + ' +
    'string(has(object.metadata.managedFields)) + string(has(object.data)) + ' +
    'string(has(object.immutable)) + string(oldObject == null)',
  permission: "string(request.name == 'x') + string(has(object.metadata.resourceVersion))",
};

export const variables: PolicyStep[] = [
  ...begin(
    ...Object.entries(KNOWN).map(([name, expression]) => probe(name, expression)),
    probe('asks', "variables.list.map(x, string(x)).join(',') + ' ' + string(variables.again)", {
      variables: [
        { name: 'list', expression: '[1, 2, 3].filter(x, x > 1)' },
        { name: 'again', expression: 'variables.list.size()' },
      ],
    }),
    bound(
      'validating',
      'failing',
      {
        matchConditions: [{ name: 'own', expression: "request.name == 'failing'" }],
        variables: [{ name: 'broken', expression: 'object.data.nothing' }],
        validations: [{ expression: "variables.broken == 'a'" }],
      },
      DENY,
    ),
    bound(
      'validating',
      'authorized',
      {
        matchConditions: [{ name: 'own', expression: "request.name.startsWith('auth')" }],
        validations: [
          { expression: "authorizer.requestResource.check('create').allowed()", message: 'may not create' },
          {
            expression:
              'authorizer.serviceAccount(request.namespace, ' +
              "'default').group('').resource('configmaps').namespace(request.namespace).check('list').allowed()",
            message: 'the account may not list',
          },
        ],
      },
      DENY,
    ),
    bound(
      'validating',
      'expensive',
      {
        matchConditions: [{ name: 'own', expression: "request.name == 'expensive'" }],
        variables: [{ name: 'many', expression: "'x,'.replace('x', 'y,y,y,y,y,y,y,y,y,y').split(',')" }],
        validations: [
          {
            expression:
              'variables.many.all(a, variables.many.all(b, variables.many.all(c, variables.many.all(d, ' +
              'variables.many.all(e, variables.many.all(f, true))))))',
          },
        ],
      },
      DENY,
    ),
    bound(
      'validating',
      'budget',
      {
        matchConditions: [{ name: 'own', expression: "request.name == 'budget'" }],
        variables: [{ name: 'many', expression: "'x,'.replace('x', 'y,y,y,y,y,y,y,y,y,y').split(',')" }],
        validations: Array.from({ length: 30 }, () => ({
          expression:
            'variables.many.all(a, variables.many.all(b, variables.many.all(c, variables.many.all(d, ' +
            'variables.many.all(e, true)))))',
        })),
      },
      DENY,
    ),
  ),
  ...Object.keys(KNOWN).map((name) => create(name, { a: 'b' })),
  ...['asks', 'failing', 'authorized', 'expensive', 'budget'].map((name) => create(name)),
  ...unbound('validating', ...Object.keys(KNOWN), 'asks', 'failing', 'authorized', 'expensive', 'budget'),
];

const DEPLOYMENTS = '/apis/apps/v1/namespaces/$NS/deployments';
const deployment = {
  metadata: { name: 'web' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { a: 'b' } },
    template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
  },
};
const on = (rules: object[], more: object = {}): object => ({
  matchConstraints: { resourceRules: rules, namespaceSelector: CONFIG_MAPS.namespaceSelector, ...more },
});
const rule = (resources: string[], more: object = {}): object => ({
  apiGroups: ['*'],
  apiVersions: ['*'],
  operations: ['*'],
  resources,
  ...more,
});

/** Which writes are meant. */
export const matching: PolicyStep[] = [
  { method: 'POST', path: DEPLOYMENTS, body: deployment, without: ['spec', 'status'] },
  { method: 'POST', path: 'configmaps', body: map('kept', {}) },
  ...begin(
    bound(
      'validating',
      'scale',
      {
        ...on([rule(['deployments/scale'])]),
        validations: [
          {
            expression: 'object.spec.replicas < 3',
            messageExpression:
              "object.kind + ' ' + request.kind.group + ' ' + request.subResource + ' ' + request.resource.resource",
          },
        ],
      },
      DENY,
    ),
    bound(
      'validating',
      'delete',
      {
        ...on([rule(['configmaps'], { operations: ['DELETE'] })]),
        validations: [
          {
            expression: "oldObject.metadata.name != 'kept'",
            messageExpression: 'string(object == null) + request.operation + request.name',
          },
        ],
      },
      DENY,
    ),
    bound(
      'validating',
      'named',
      {
        ...on([rule(['secrets'], { resourceNames: ['one'] })]),
        validations: [{ expression: 'false', message: 'no secret of this name' }],
      },
      DENY,
    ),
    bound(
      'validating',
      'excluded',
      {
        ...on([rule(['services', 'endpoints'])], {
          excludeResourceRules: [rule(['services'], { operations: ['CREATE'] })],
        }),
        validations: [{ expression: 'false', message: 'neither services nor endpoints' }],
      },
      DENY,
    ),
    bound(
      'validating',
      'equivalent',
      {
        ...on([rule(['events'], { apiGroups: ['events.k8s.io'], apiVersions: ['v1'] })]),
        validations: [
          {
            expression: 'false',
            messageExpression:
              "object.apiVersion + ' ' + request.kind.group + ' ' + request.requestKind.group + " +
              'string(has(object.note))',
          },
        ],
      },
      DENY,
    ),
    bound(
      'validating',
      'exact',
      {
        ...on([rule(['horizontalpodautoscalers'], { apiGroups: ['autoscaling'], apiVersions: ['v2'] })], {
          matchPolicy: 'Exact',
        }),
        validations: [{ expression: 'false', message: 'exactly v2' }],
      },
      DENY,
    ),
  ),
  { method: 'PATCH', path: `${DEPLOYMENTS}/web/scale`, body: { spec: { replicas: 5 } } },
  { method: 'PATCH', path: `${DEPLOYMENTS}/web/scale`, body: { spec: { replicas: 2 } }, without: ['status'] },
  { method: 'DELETE', path: 'configmaps/kept' },
  { method: 'DELETE', path: 'configmaps', without: ['items'] },
  { method: 'POST', path: 'secrets', body: { metadata: { name: 'one' } } },
  { method: 'POST', path: 'secrets', body: { metadata: { name: 'two' } } },
  { method: 'POST', path: 'endpoints', body: { metadata: { name: 'e' } } },
  {
    method: 'POST',
    path: 'services',
    body: { metadata: { name: 's' }, spec: { ports: [{ port: 80 }] } },
    without: ['spec'],
  },
  { method: 'PATCH', path: 'services/s', body: { metadata: { labels: { a: 'b' } } } },
  {
    method: 'POST',
    path: 'events',
    body: { metadata: { name: 'e' }, involvedObject: { namespace: '$NS' }, message: 'm' },
  },
  {
    method: 'POST',
    path: '/apis/autoscaling/v1/namespaces/$NS/horizontalpodautoscalers',
    body: { metadata: { name: 'h' }, spec: { maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'web' } } },
    without: ['spec', 'status'],
  },
  {
    method: 'POST',
    path: '/apis/autoscaling/v2/namespaces/$NS/horizontalpodautoscalers',
    body: { metadata: { name: 'h2' }, spec: { maxReplicas: 2, scaleTargetRef: { kind: 'Deployment', name: 'web' } } },
    without: ['spec', 'status'],
  },
  ...unbound('validating', 'scale', 'delete', 'named', 'excluded', 'equivalent', 'exact'),
];
