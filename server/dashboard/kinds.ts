/** Kinds of objects: those that the cluster's discovery names. */
import { call } from './api.ts';

export interface Kind {
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const kind = (path: string, name: string, namespaced = true): Kind => {
  const [group = '', version = '', resource = ''] = path.split('/');
  return { group: group === 'core' ? '' : group, version, resource, kind: name, namespaced };
};

export const PODS = kind('core/v1/pods', 'Pod');
export const NODES = kind('core/v1/nodes', 'Node', false);
export const EVENTS = kind('core/v1/events', 'Event');
export const NAMESPACES = kind('core/v1/namespaces', 'Namespace', false);

/** What runs, and what leads to it. */
export const WORKLOADS: readonly Kind[] = [
  kind('apps/v1/deployments', 'Deployment'),
  kind('apps/v1/replicasets', 'ReplicaSet'),
  kind('apps/v1/statefulsets', 'StatefulSet'),
  kind('apps/v1/daemonsets', 'DaemonSet'),
  kind('batch/v1/cronjobs', 'CronJob'),
  kind('batch/v1/jobs', 'Job'),
  kind('core/v1/replicationcontrollers', 'ReplicationController'),
  PODS,
  kind('core/v1/services', 'Service'),
  kind('discovery.k8s.io/v1/endpointslices', 'EndpointSlice'),
];

/** `apps/v1/deployments`, `core/v1/pods`: how addresses of the page name a kind. */
export const idOf = ({ group, version, resource }: Kind): string => `${group || 'core'}/${version}/${resource}`;

/** Where objects of a kind are, below the cluster's URL. */
export function pathOf({ group, version, resource, namespaced }: Kind, namespace = '', name = ''): string {
  const base = group === '' ? `api/${version}` : `apis/${group}/${version}`;
  const place = namespaced && namespace !== '' ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  return `${base}${place}/${resource}${name === '' ? '' : `/${encodeURIComponent(name)}`}`;
}

interface Discovered {
  readonly items: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind: string };
        readonly scope: string;
        readonly verbs: readonly string[];
      }[];
    }[];
  }[];
}

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** Every kind that can be watched, in its preferred version. */
export async function discover(): Promise<readonly Kind[]> {
  const found = await Promise.all(['api', 'apis'].map((path) => call<Discovered>(path, { accept: AGGREGATED })));
  const kinds = found.flatMap(({ items }) =>
    items.flatMap(({ metadata, versions: [preferred] }) =>
      (preferred?.resources ?? [])
        .filter(({ verbs }) => verbs.includes('list') && verbs.includes('watch'))
        .map(
          ({ resource, responseKind, scope }): Kind => ({
            group: metadata?.name ?? '',
            version: preferred?.version ?? '',
            resource,
            kind: responseKind?.kind ?? resource,
            namespaced: scope === 'Namespaced',
          }),
        ),
    ),
  );
  return kinds.sort((a, b) => a.kind.localeCompare(b.kind) || a.group.localeCompare(b.group));
}
