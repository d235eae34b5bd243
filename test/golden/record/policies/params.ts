/** Validating policies with parameters. */
import { begin, bindingOf, bound, CONFIG_MAPS, map, type PolicyStep, unbound } from './steps.ts';

const DENY = { validationActions: ['Deny'] };
const create = (name: string, data: object = {}, metadata: object = {}): PolicyStep => ({
  method: 'POST',
  path: 'configmaps',
  body: map(name, data, metadata),
});

const parametrized = (kind: object, expression = 'false'): object => ({
  paramKind: kind,
  validations: [
    {
      expression,
      messageExpression: "params == null ? 'no params' : params.kind + params.apiVersion + params.metadata.name",
    },
  ],
});
const CONFIG_MAP = { apiVersion: 'v1', kind: 'ConfigMap' };
const ref = (paramRef: object): object => ({ ...DENY, paramRef: { parameterNotFoundAction: 'Deny', ...paramRef } });
const only = (name: string): object => ({ objectSelector: { matchLabels: { for: name } } });

/** Policies with parameters. */
export const params: PolicyStep[] = [
  { method: 'POST', path: 'configmaps', body: map('param', { limit: '3' }) },
  { method: 'POST', path: 'configmaps', body: map('one', {}, { labels: { is: 'param' } }) },
  { method: 'POST', path: 'configmaps', body: map('two', {}, { labels: { is: 'param' } }) },
  ...begin(
    bound('validating', 'maps', parametrized(CONFIG_MAP), { ...ref({ name: 'param' }), matchResources: only('name') }),
    [
      bindingOf('validating', 'missing', 'maps', { ...ref({ name: 'none' }), matchResources: only('missing') }),
      bindingOf('validating', 'allowed', 'maps', {
        ...ref({ name: 'none', parameterNotFoundAction: 'Allow' }),
        matchResources: only('allowed'),
      }),
      bindingOf('validating', 'selected', 'maps', {
        ...ref({ selector: { matchLabels: { is: 'param' } } }),
        matchResources: only('selected'),
        validationActions: ['Warn'],
      }),
      bindingOf('validating', 'other', 'maps', {
        ...ref({ name: 'kube-root-ca.crt', namespace: 'default' }),
        matchResources: only('other'),
      }),
      bindingOf('validating', 'without', 'maps', { ...DENY, matchResources: only('without') }),
    ],
    bound('validating', 'cluster', parametrized({ apiVersion: 'v1', kind: 'Namespace' }), {
      ...ref({ name: '$NS' }),
      matchResources: only('cluster'),
    }),
    [
      bindingOf('validating', 'wrong', 'cluster', {
        ...ref({ name: '$NS', namespace: '$NS' }),
        matchResources: only('wrong'),
      }),
    ],
    bound(
      'validating',
      'unknown',
      {
        ...parametrized({ apiVersion: 'a.example.com/v1', kind: 'Nothing' }),
        matchConstraints: { ...CONFIG_MAPS, ...only('unknown') },
      },
      ref({ name: 'x' }),
    ),
    bound(
      'validating',
      'roles',
      {
        ...parametrized(CONFIG_MAP),
        matchConstraints: {
          resourceRules: [
            { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources: ['clusterroles'] },
          ],
          objectSelector: { matchLabels: { for: '$NS' } },
        },
      },
      ref({ name: 'param' }),
    ),
  ),
  ...'name missing allowed selected other without cluster wrong unknown'
    .split(' ')
    .map((name) => create(name, {}, { labels: { for: name } })),
  {
    method: 'POST',
    path: '/apis/rbac.authorization.k8s.io/v1/clusterroles?dryRun=All',
    body: { metadata: { name: '$NS', labels: { for: '$NS' } } },
  },
  ...unbound('validating', 'maps', 'cluster', 'unknown', 'roles'),
  ...'missing allowed selected other without wrong'.split(' ').map(
    (name): PolicyStep => ({
      method: 'DELETE',
      path: `/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings/$NS-${name}`,
      without: ['details'],
    }),
  ),
];
