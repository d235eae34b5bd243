/** What metrics-server says of itself. */
const GROUP = 'metrics.k8s.io';
const GROUP_VERSION = `${GROUP}/v1beta1`;
const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

const RESOURCES = [
  { name: 'nodes', kind: 'NodeMetrics', namespaced: false },
  { name: 'pods', kind: 'PodMetrics', namespaced: true },
] as const;
const VERBS = ['get', 'list'];

const version = { groupVersion: GROUP_VERSION, version: 'v1beta1' };
const group = { name: GROUP, versions: [version], preferredVersion: version };

const list = {
  kind: 'APIResourceList',
  apiVersion: 'v1',
  groupVersion: GROUP_VERSION,
  resources: RESOURCES.map(({ name, kind, namespaced }) => ({
    name,
    singularName: '',
    namespaced,
    kind,
    verbs: VERBS,
  })),
};

const aggregated = {
  kind: 'APIGroupDiscoveryList',
  apiVersion: 'apidiscovery.k8s.io/v2',
  metadata: {},
  items: [
    {
      metadata: { name: GROUP },
      versions: [
        {
          version: 'v1beta1',
          resources: RESOURCES.map(({ name, kind, namespaced }) => ({
            resource: name,
            responseKind: { group: '', version: '', kind },
            scope: namespaced ? 'Namespaced' : 'Cluster',
            singularResource: '',
            verbs: VERBS,
          })),
          freshness: 'Current',
        },
      ],
    },
  ],
};

interface Page {
  readonly mediaType: string;
  readonly body: object;
}

/** The page of a path, if it is one of these. */
export function discoveryOf(path: string, accept: string): Page | undefined {
  const json = (body: object): Page => ({ mediaType: 'application/json', body });
  switch (path) {
    case '/apis':
      if (accept.includes('as=APIGroupDiscoveryList')) return { mediaType: AGGREGATED, body: aggregated };
      return json({ kind: 'APIGroupList', apiVersion: 'v1', groups: [group] });
    case `/apis/${GROUP}`:
      return json({ kind: 'APIGroup', apiVersion: 'v1', ...group });
    case `/apis/${GROUP_VERSION}`:
      return json(list);
    default:
      return undefined;
  }
}
