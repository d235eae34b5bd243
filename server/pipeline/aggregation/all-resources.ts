/** What all servers of a cluster serve together, for clients in the same process. */
import { apiVersionOf } from '../../kube/object.ts';
import type { ServedResource } from '../../kube/transport.ts';
import { servedResources } from '../everything.ts';
import type { PipelineEnv } from '../pipeline.ts';

interface Entry {
  readonly resource?: string;
  readonly scope?: string;
  readonly verbs?: readonly string[];
  readonly responseKind?: { readonly kind?: string };
}

/** Those of this server, but for the group versions that it leaves to others, and those of the others. */
export async function allResources({ aggregation, catalog }: PipelineEnv): Promise<ServedResource[]> {
  const own = servedResources(catalog);
  if (!aggregation.hasRemotes) return own;
  const discovered = [...(await aggregation.discovered())].map(([name, { version, resources = [] }]) => ({
    group: name.slice(version.length + 1),
    version,
    resources: resources as readonly Entry[],
  }));
  const taken = new Set(discovered.map(apiVersionOf));
  const kept = own.filter((resource) => !taken.has(apiVersionOf(resource)));
  const seen = new Set(kept.map(({ group, resource }) => `${group}/${resource}`));
  const others = discovered.flatMap(({ group, version, resources }) =>
    resources.map(({ resource = '', scope, verbs = [], responseKind }) => {
      const preferred = !seen.has(`${group}/${resource}`);
      seen.add(`${group}/${resource}`);
      const id = `${apiVersionOf({ group, version })}/${resource}`;
      const { kind = '' } = responseKind ?? {};
      return { id, group, version, resource, kind, namespaced: scope === 'Namespaced', verbs, preferred };
    }),
  );
  return [...kept, ...others];
}

/** Group versions of servers that do not tell what they serve. */
export async function undiscovered({ aggregation }: PipelineEnv): Promise<string[]> {
  if (!aggregation.hasRemotes) return [];
  return [...(await aggregation.discovered())].flatMap(([name, { version, freshness }]) =>
    freshness === 'Stale' ? [apiVersionOf({ group: name.slice(version.length + 1), version })] : [],
  );
}
