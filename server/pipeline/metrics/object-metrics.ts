import type { MetricFamily } from '../../base/metrics-text.ts';
import { resourceName } from '../../kube/object.ts';
import type { Catalog } from '../../registry/catalog.ts';

/** How many objects of each resource are stored, under the old name and the new one. */
export function objectFamilies(catalog: Catalog): MetricFamily[] {
  const counts = [...catalog.stores()]
    .filter(({ info, definition }) => info.verbs.includes('list') && !definition.computed)
    .map((store) => ({ ...store.info, value: store.list('').items.length }));
  const help =
    'Number of stored objects at the time of last check split by kind. In case of a fetching error, the value will ' +
    'be -1.';
  return [
    {
      name: 'apiserver_resource_objects',
      type: 'gauge',
      help: `[ALPHA] ${help}`,
      samples: counts.map(({ group, resource, value }) => ({ labels: { group, resource }, value })),
    },
    {
      name: 'apiserver_storage_objects',
      type: 'gauge',
      help: `[STABLE] [DEPRECATED, consider using apiserver_resource_objects instead] ${help}`,
      samples: counts.map(({ group, resource, value }) => ({
        labels: { resource: resourceName(group, resource) },
        value,
      })),
    },
  ];
}
