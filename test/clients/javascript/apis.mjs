// Every API class that @kubernetes/client-node has: discovery, and all of their lists.
import * as k8s from '@kubernetes/client-node';
import { check, equal, isAdmin, matches, namespace, refused } from './checks.mjs';

const config = new k8s.KubeConfig();
config.loadFromDefault();

/** All of them, with their methods. */
const apis = Object.entries(k8s)
  .filter(([name, type]) => name.endsWith('Api') && typeof type === 'function')
  .filter(([name]) => !['CustomObjectsApi', 'KubernetesObjectApi'].includes(name))
  .map(([name, type]) => ({
    name,
    api: config.makeApiClient(type),
    methods: Object.getOwnPropertyNames(type.prototype).filter((method) => !method.endsWith('WithHttpInfo')),
  }));

const groups = new Map();
/** Classes of groups that are served. */
const ofGroups = new Set();
/** Classes of versions that are served, with what discovery has of them. */
const served = [];

await check('the version is that of a Kubernetes', async () => {
  const { major, gitVersion, platform } = await config.makeApiClient(k8s.VersionApi).getCode();
  equal(major, '1');
  matches(gitVersion, /^v\d+\.\d+\.\d+/);
  matches(platform, /^\w+\/\w+$/);
});

await check('all API groups are found, and each says itself what the list of them says', async () => {
  const all = await config.makeApiClient(k8s.ApisApi).getAPIVersions();
  for (const group of all.groups) groups.set(group.name, group);
  equal((await config.makeApiClient(k8s.CoreApi).getAPIVersions()).versions, ['v1']);
  for (const { name, api, methods } of apis) {
    if (!methods.includes('getAPIGroup')) continue;
    const group = await api.getAPIGroup().catch(({ code }) => code);
    if (group === 404) continue;
    ofGroups.add(name);
    equal(group.versions, groups.get(group.name)?.versions, name);
    equal(group.preferredVersion, groups.get(group.name)?.preferredVersion, name);
  }
  if (ofGroups.size < 20) throw new Error(`only ${ofGroups.size}`);
});

await check('every class of a version that is served lists its resources, others are not found', async () => {
  const versions = [...groups.values()].flatMap((group) => group.versions.map(({ groupVersion }) => groupVersion));
  for (const { name, api, methods } of apis) {
    if (!methods.includes('getAPIResources')) continue;
    const list = await api.getAPIResources().catch((error) => error);
    if (list instanceof Error) {
      // A version of a group that has others is told in a Status; a whole group that is missing is not.
      const isMissing = !ofGroups.has(name.replace(/V\d.*$/, 'Api'));
      const told = isMissing ? list.body : JSON.parse(list.body).message;
      const expected = isMissing ? '404 page not found\n' : 'the server could not find the requested resource';
      equal([list.code, told], [404, expected], name);
      continue;
    }
    if (name !== 'CoreV1Api' && !versions.includes(list.groupVersion)) throw new Error(`${name}: ${list.groupVersion}`);
    served.push({ name, api, methods, resources: list.resources, groupVersion: list.groupVersion });
  }
  const first = ['CoreV1Api', 'AppsV1Api', 'BatchV1Api', 'AutoscalingV2Api', 'ResourceV1Api'];
  equal(
    first.filter((name) => served.some((one) => one.name === name)),
    first,
  );
});

/** What the lists of a version are called by, with the resource of each. */
const listsOf = ({ methods, resources }, pattern) =>
  methods.flatMap((method) => {
    const kind = pattern.exec(method)?.[1];
    const resource = resources.find((one) => one.kind === kind && !one.name.includes('/'));
    return resource ? [{ method, kind, resource }] : [];
  });

/** Whether the rules of a user allow a list. */
function allows(rules, groupVersion, plural) {
  const group = groupVersion.includes('/') ? groupVersion.split('/')[0] : '';
  const has = (values, value) => values.includes(value) || values.includes('*');
  return rules.some(
    ({ apiGroups = [], resources = [], verbs }) =>
      has(apiGroups, group) && has(resources, plural) && has(verbs, 'list'),
  );
}

async function rulesOf() {
  const body = { spec: { namespace } };
  const { status } = await config.makeApiClient(k8s.AuthorizationV1Api).createSelfSubjectRulesReview({ body });
  return status.resourceRules;
}

await check('all lists of a namespace answer to whom the rules allow them, and forbid others', async () => {
  const rules = await rulesOf();
  const seen = { answered: 0, forbidden: 0 };
  for (const version of served)
    for (const { method, kind, resource } of listsOf(version, /^listNamespaced(.*)$/)) {
      const call = version.api[method]({ namespace });
      if (allows(rules, version.groupVersion, resource.name)) {
        const list = await call;
        equal([list.kind, list.apiVersion], [`${kind}List`, version.groupVersion]);
        equal([Array.isArray(list.items), typeof list.metadata.resourceVersion], [true, 'string'], method);
        seen.answered += 1;
      } else {
        const { message } = await refused(call, 403, 'Forbidden');
        matches(message, new RegExp(`cannot list resource "${resource.name}" .* in the namespace "${namespace}"$`));
        seen.forbidden += 1;
      }
    }
  if (seen.answered < 25 || seen.forbidden > 0 === isAdmin) throw new Error(JSON.stringify(seen));
});

if (isAdmin)
  await check('all lists of the cluster answer, those across namespaces too', async () => {
    let answered = 0;
    for (const version of served)
      for (const { method, kind } of listsOf(version, /^list(?!Namespaced)(.*?)(?:ForAllNamespaces)?$/)) {
        const list = await version.api[method]();
        equal([list.kind, list.apiVersion, Array.isArray(list.items)], [`${kind}List`, version.groupVersion, true]);
        answered += 1;
      }
    if (answered < 50) throw new Error(`only ${answered}`);
  });
else
  await check('lists of what lies outside of the namespace are forbidden', async () => {
    const core = config.makeApiClient(k8s.CoreV1Api);
    const nodes = await refused(core.listNode(), 403, 'Forbidden');
    equal(nodes.details, { kind: 'nodes' });
    matches(
      nodes.message,
      /^nodes is forbidden: User ".+" cannot list resource "nodes" in API group "" at the cluster/,
    );
    await refused(core.listPodForAllNamespaces(), 403, 'Forbidden');
    await refused(core.listNamespacedPod({ namespace: 'kube-system' }), 403, 'Forbidden');
  });

await check('a list comes in pages, and a page that is made up is refused', async () => {
  const core = config.makeApiClient(k8s.CoreV1Api);
  for (const name of ['a', 'b', 'c', 'd', 'e'])
    await core.createNamespacedConfigMap({ namespace, body: { metadata: { name, labels: { paged: 'yes' } } } });
  const names = [];
  const left = [];
  let page;
  do {
    const _continue = page?.metadata._continue;
    page = await core.listNamespacedConfigMap({ namespace, limit: 2, _continue });
    names.push(...page.items.map(({ metadata }) => metadata.name));
    left.push(page.metadata.remainingItemCount);
  } while (page.metadata._continue);
  equal(names, ['a', 'b', 'c', 'd', 'e', 'kube-root-ca.crt']);
  equal(left, [4, 2, undefined]);
  await refused(core.listNamespacedConfigMap({ namespace, limit: 2, _continue: 'x' }), 400, 'BadRequest');
});

await check('a collection is deleted by its label', async () => {
  const core = config.makeApiClient(k8s.CoreV1Api);
  await core.deleteCollectionNamespacedConfigMap({ namespace, labelSelector: 'paged=yes' });
  const { items } = await core.listNamespacedConfigMap({ namespace, labelSelector: 'paged' });
  equal(items, []);
});

await check('the issuer of tokens says where its keys are', async () => {
  const wellKnown = config.makeApiClient(k8s.WellKnownApi);
  const { issuer, jwks_uri, response_types_supported } = await wellKnown.getServiceAccountIssuerOpenIDConfiguration();
  matches(issuer, /^https:/);
  matches(jwks_uri, /\/openid\/v1\/jwks$/);
  equal(response_types_supported, ['id_token']);
  const answer = await config.makeApiClient(k8s.OpenidApi).getServiceAccountIssuerOpenIDKeyset();
  const { keys } = typeof answer === 'string' ? JSON.parse(answer) : answer;
  equal([keys[0].use, typeof keys[0].kid], ['sig', 'string']);
});

await check('the server is ready and alive', async () => {
  const health = new k8s.Health(config);
  equal([await health.readyz({}), await health.livez({})], [true, true]);
});
