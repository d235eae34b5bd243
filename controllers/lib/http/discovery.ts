import { apiVersionOf } from '../../../server/kube/object.ts';
import type { ServedResource } from '../../../server/kube/transport.ts';
import type { Connection, Headers } from './connection.ts';

/** The whole of discovery in two answers. */
const ACCEPT = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

interface Group {
  readonly metadata?: { readonly name?: string };
  readonly versions?: readonly {
    readonly version: string;
    readonly freshness?: string;
    readonly resources?: readonly {
      readonly resource: string;
      readonly responseKind?: { readonly kind?: string };
      readonly scope?: string;
      readonly verbs?: readonly string[];
    }[];
  }[];
}

export interface Discovered {
  readonly resources: readonly ServedResource[];
  /** Group versions whose server does not tell what it serves. */
  readonly undiscovered: readonly string[];
}

/** What a server serves right now. */
export async function discover(connection: Connection, headers: Headers): Promise<Discovered> {
  const pages = await Promise.all(
    ['/api', '/apis'].map(
      (path) =>
        connection.ask({ method: 'GET', path, headers: { ...headers, accept: ACCEPT } }) as Promise<{
          items?: readonly Group[];
        }>,
    ),
  );
  const resources: ServedResource[] = [];
  const undiscovered: string[] = [];
  for (const { metadata, versions = [] } of pages.flatMap(({ items = [] }) => items)) {
    const group = metadata?.name ?? '';
    const seen = new Set<string>();
    for (const { version, freshness, resources: served = [] } of versions) {
      const groupVersion = apiVersionOf({ group, version });
      if (freshness === 'Stale') undiscovered.push(groupVersion);
      for (const { resource, responseKind, scope, verbs = [] } of served) {
        const preferred = !seen.has(resource);
        seen.add(resource);
        const kind = responseKind?.kind ?? '';
        const id = `${groupVersion}/${resource}`;
        resources.push({ id, group, version, resource, kind, namespaced: scope === 'Namespaced', verbs, preferred });
      }
    }
  }
  return { resources, undiscovered };
}
