/** Specs of policies whose expressions do not fit the types that they are about. */
const about = (apiGroups: string[], resources: string[], apiVersions = ['v1']): object => ({
  resourceRules: [{ apiGroups, apiVersions, operations: ['*'], resources }],
});

const EXPRESSIONS = [
  'true',
  'has(object.spec.containers[0].resources.limits)',
  'object.spec.containers.all(c, c.livenessProbe.httpGet.port == true)',
  'object.metadata.creationTimestamp == 1',
  'object.metadata.labels.x == 1 || object.metadata.managedFields[0].fieldsV1.x == 1',
  'object.spec.replicas == "a"',
  'object.spec.activeDeadlineSeconds > 1.5',
  'oldObject.kind == 1 || object.apiVersion == 1',
  'object.spec.nothing == request.name',
  'has(object.status.phase) && object.status.phase == 1',
  'object.spec.nodeSelector["a"] == 1',
  'object.spec.tolerations.exists(t, t.tolerationSeconds == "a")',
  'object.data.a == 1 || object.binaryData.a == "x"',
  'authorizer.group("").resource("x").check("y").allowed()',
  'namespaceObject.metadata.name == "a"',
];
const validations = EXPRESSIONS.map((expression) => ({ expression }));

export const TYPE_CASES: readonly object[] = [
  { matchConstraints: about([''], ['pods']), validations },
  { matchConstraints: about(['apps'], ['deployments', 'replicasets', 'nothings']), validations },
  { matchConstraints: about([''], ['configmaps']), validations },
  { matchConstraints: about(['*'], ['pods']), validations },
  { matchConstraints: about([''], ['*', 'pods/status']), validations },
  { matchConstraints: about([''], ['events', 'deployments']), validations },
  {
    matchConstraints: about([''], ['pods']),
    variables: [
      { name: 'spec', expression: 'object.spec' },
      { name: 'names', expression: 'object.spec.containers.map(c, c.name)' },
    ],
    validations: [
      { expression: 'variables.spec.nothing == 1' },
      { expression: 'variables.names.exists(n, n == 1)', messageExpression: '"" + object.nothing' },
      { expression: 'variables.names[0] == "a"', messageExpression: '"" + object.metadata.name' },
    ],
  },
  {
    matchConstraints: about(['apiextensions.k8s.io'], ['customresourcedefinitions']),
    validations: [{ expression: 'object.spec.versions[0].schema.openAPIV3Schema.properties.a.type == 1' }],
  },
  {
    matchConstraints: about([''], ['pods']),
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    validations: [{ expression: 'params.data.a == 1 || params.nothing == 1' }],
  },
  {
    matchConstraints: about([''], ['pods']),
    paramKind: { apiVersion: 'a.example.com/v1', kind: 'Nothing' },
    validations: [{ expression: 'params.data.a == 1 || params.nothing == 1' }],
  },
];
