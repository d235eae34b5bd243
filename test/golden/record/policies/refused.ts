/** Policies and webhooks with expressions that cannot be used. */
import { CONFIG_MAPS, type PolicyStep, REGISTRATION } from './steps.ts';

const quiet = { without: ['spec', 'metadata', 'status', 'webhooks'] };
const name = '$NS-refused';

function validating(spec: object): PolicyStep {
  const body = {
    metadata: { name },
    spec: { matchConstraints: CONFIG_MAPS, validations: [{ expression: 'true' }], ...spec },
  };
  return { method: 'POST', path: `${REGISTRATION}/validatingadmissionpolicies?dryRun=All`, body, ...quiet };
}

function mutating(spec: object): PolicyStep {
  const body = {
    metadata: { name },
    spec: { matchConstraints: CONFIG_MAPS, reinvocationPolicy: 'Never', mutations: [apply('Object{}')], ...spec },
  };
  return { method: 'POST', path: `${REGISTRATION}/mutatingadmissionpolicies?dryRun=All`, body, ...quiet };
}

const apply = (expression: string): object => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const patch = (expression: string): object => ({ patchType: 'JSONPatch', jsonPatch: { expression } });

const rule = (expression: string, more: object = {}): PolicyStep =>
  validating({ validations: [{ expression, ...more }] });
const message = (messageExpression: string, more: object = {}): PolicyStep =>
  validating({ validations: [{ expression: 'true', messageExpression }], ...more });
const annotation = (valueExpression: string): PolicyStep =>
  validating({ auditAnnotations: [{ key: 'k', valueExpression }] });
const condition = (expression: string, more: object = {}): PolicyStep =>
  validating({ matchConditions: [{ name: 'c', expression }], ...more });
const variables = (list: [string, string][], expression: string): PolicyStep =>
  validating({
    variables: list.map(([of, text]) => ({ name: of, expression: text })),
    validations: [{ expression }],
  });
const params = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' } };

export const refusedValidating: PolicyStep[] = [
  rule('object.x +'),
  rule('  object.x +'),
  rule('object.metadata.name'),
  rule("object.metadata.name + ''"),
  rule('unknown == 1'),
  rule('1'),
  rule("'a'"),
  rule('[1]'),
  rule('{"a": 1}'),
  rule('null'),
  rule("timestamp('2020-01-01T00:00:00Z')"),
  rule("duration('1h')"),
  rule('optional.of(1)'),
  rule('type(1)'),
  rule("matches('a', '(')"),
  rule("'a'.matches('(')"),
  rule("quantity('x').isGreaterThan(quantity('1'))"),
  rule('request.nothing == 1'),
  rule('request.userInfo.nothing == 1'),
  rule('request.kind == 1'),
  rule('request.userInfo.groups.exists(g, g == 1)'),
  rule('request.userInfo.extra == 1'),
  rule("request.namespace == 'a' && request.dryRun"),
  rule('request.options.x'),
  rule('request.options.x == 1'),
  rule("namespaceObject.metadata.labels['a'] == 1"),
  rule('namespaceObject.metadata.uid == "a"'),
  rule('namespaceObject.metadata.UID == "a"'),
  rule('namespaceObject.kind == "a"'),
  rule('namespaceObject.status.conditions.all(c, c.type == 1)'),
  rule('params.data.x == "a"'),
  rule('variables.x == 1'),
  rule('authorizer == 1'),
  rule("authorizer.group('').resource('pods').check('get').allowed()"),
  rule("authorizer.requestResource.check('get').allowed()"),
  rule("authorizer.requestResource.check('get')"),
  rule('object == oldObject'),
  rule('Object{} == object'),
  rule('JSONPatch{op: "add"} == 1'),
  rule('isIP(object.x)'),
  rule('true', { messageExpression: ' ' }),
  message('1'),
  message("'a' + 1"),
  message('object.metadata.name'),
  message("'name: ' + object.metadata.name"),
  message("authorizer.path('/x').check('get').reason()"),
  message('params.data.x'),
  message("'' + params.data.x", params),
  message("'' + request.name"),
  annotation('1'),
  annotation('null'),
  annotation("'a'"),
  annotation("  'a' +"),
  annotation('object.metadata.name'),
  annotation("object.x ? 'a' : null"),
  annotation("string(authorizer.path('/x').check('get').allowed())"),
  condition('1'),
  condition('  1'),
  condition('object.x'),
  condition('variables.x'),
  condition('params.x == 1'),
  condition('params.x == 1', params),
  condition('oldObject == null'),
  condition("authorizer.path('/x').check('get').allowed()"),
  variables([['a', '1 +']], 'true'),
  variables([['a', '1']], 'variables.a == 1'),
  variables([['a', '1']], "variables.a == 'a'"),
  variables([['a', '1']], 'variables.b == 1'),
  variables([['a', 'variables.b']], 'true'),
  variables([['a', 'variables.a']], 'true'),
  variables(
    [
      ['a', '[1]'],
      ['b', 'variables.a.map(x, string(x))'],
    ],
    'variables.b.exists(x, x == 1)',
  ),
  variables([['a', '{"x": [1]}']], "variables.a['x'][0] == 'a'"),
  variables([['a', 'object.spec']], "variables.a == 'a'"),
  variables([['a', 'request']], 'variables.a.nothing == 1'),
  variables([['a', 'request.userInfo.groups']], 'variables.a == 1'),
  variables([['a', "duration('1h')"]], 'variables.a == 1'),
  variables([['a', "timestamp('2020-01-01T00:00:00Z')"]], 'variables.a == 1'),
  variables([['a', 'null']], 'variables.a == 1'),
  variables([['a', "quantity('1')"]], 'variables.a == 1'),
  variables([['a', 'optional.of(1)']], 'variables.a == 1'),
  variables([['a', 'type(1)']], 'variables.a == 1'),
  variables([['a', "b'a'"]], 'variables.a == 1'),
  variables([['a', '1u']], "variables.a == 'a'"),
  variables([['a', '1.5']], "variables.a == 'a'"),
  variables([['a', 'true']], 'variables.a && variables'),
  variables([['a', 'params.x']], 'variables.a == 1'),
  variables([['a', "authorizer.path('/x').check('get').allowed()"]], 'variables.a'),
  variables([['a b', '1']], 'true'),
  variables([['if', '1']], 'true'),
  variables([['a', ' ']], 'true'),
  validating({
    variables: [{ name: 'a', expression: '1' }],
    matchConditions: [{ name: 'c', expression: 'variables.a == 1' }],
  }),
  validating({
    validations: [{ expression: 'x' }, { expression: 'y', messageExpression: 'z' }],
    matchConditions: [{ name: 'bad name', expression: 'w' }],
  }),
];

export const refusedMutating: PolicyStep[] = [
  mutating({}),
  ...[
    '1',
    'object',
    'Object{spec: Object.spec{replicas: 1}}',
    'Object{spec: 1}',
    'Object.spec{}',
    "Object{metadata: Object.metadata{labels: {'a': 1}}}",
    'Object{metadata: Object.metadata{labels: Object.metadata.labels{a: "b"}}}',
    '  Object{',
    'Object{spec: Object.spek{x: 1}}',
    'Other{}',
    "has(object.x) ? Object{} : Object{spec: Object.spec{x: 'a'}}",
    'has(object.x) ? Object{} : null',
    '[JSONPatch{op: "add", path: "/a", value: 1}]',
    'variables.x',
  ].map((expression) => mutating({ mutations: [apply(expression)] })),
  ...[
    '[]',
    '[1]',
    '[JSONPatch{op: "add", path: "/a", value: 1}]',
    'JSONPatch{op: "add"}',
    '[JSONPatch{op: 1}]',
    '[JSONPatch{nothing: 1}]',
    '[JSONPatch{op: "add", path: "/" + jsonpatch.escapeKey("a/b"), value: Object.spec{a: 1}}]',
    '[JSONPatch{op: "add", path: "/a", value: object.x}] + [JSONPatch{op: "remove", path: "/b"}]',
    'object.x ? [JSONPatch{op: "test"}] : []',
    '[Object{}]',
  ].map((expression) => mutating({ mutations: [patch(expression)] })),
  mutating({ variables: [{ name: 'a', expression: 'Object{}' }] }),
  mutating({ variables: [{ name: 'a', expression: '1' }], mutations: [apply('Object{spec: variables.a}')] }),
  mutating({ matchConditions: [{ name: 'a', expression: 'Object{} == object' }] }),
  mutating({ matchConditions: [{ name: 'a', expression: '1' }] }),
];

function webhooks(kind: string, matchConditions: object[]): PolicyStep {
  const webhook = {
    name: 'a.example.com',
    clientConfig: { url: 'https://example.com' },
    sideEffects: 'None',
    admissionReviewVersions: ['v1'],
    matchConditions,
  };
  const body = { metadata: { name }, webhooks: [webhook] };
  return { method: 'POST', path: `${REGISTRATION}/${kind}webhookconfigurations?dryRun=All`, body, ...quiet };
}

export const refusedConditions: PolicyStep[] = [
  webhooks('validating', [{ name: 'a', expression: 'object.x' }]),
  webhooks('validating', [{ name: 'a', expression: "request.userInfo.username != 'x'" }]),
  webhooks('validating', [{ name: 'a', expression: 'params.x == 1' }]),
  webhooks('validating', [{ name: 'a', expression: 'variables.x == 1' }]),
  webhooks('mutating', [{ name: 'a', expression: ' 1 +' }]),
  webhooks('mutating', [{ name: '', expression: '1' }]),
  webhooks('mutating', [{ name: 'a', expression: 'namespaceObject == null' }]),
  webhooks('mutating', [{ name: 'a', expression: "!authorizer.group('').resource('x').check('y').allowed()" }]),
];
