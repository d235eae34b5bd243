/** What a cluster serves, as its discovery documents tell. */
import type { NamedResource } from '../../kube/resource-argument.ts';
import type { HttpConnection } from './http.ts';

const ACCEPT = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

interface Discovered {
  readonly items?: readonly {
    readonly metadata?: { readonly name?: string };
    readonly versions?: readonly {
      readonly version: string;
      readonly resources?: readonly {
        readonly resource: string;
        readonly responseKind?: { readonly kind: string };
        readonly scope: 'Namespaced' | 'Cluster';
        readonly singularResource?: string;
        readonly shortNames?: readonly string[];
      }[];
    }[];
  }[];
}

/** The core group first, and the preferred version of each group. */
export async function discover(http: HttpConnection): Promise<readonly NamedResource[]> {
  const documents = await Promise.all(
    ['/api', '/apis'].map((path) => http.send('GET', path, { headers: { accept: ACCEPT } })),
  );
  return documents.flatMap((document) =>
    ((document as Discovered).items ?? []).flatMap(({ metadata: { name: group = '' } = {}, versions = [] }) =>
      versions.flatMap(({ version, resources = [] }) =>
        resources.map(({ resource, responseKind, scope, singularResource = '', shortNames = [] }) => ({
          group,
          version,
          resource,
          kind: responseKind?.kind ?? '',
          namespaced: scope === 'Namespaced',
          singular: singularResource,
          shortNames,
        })),
      ),
    ),
  );
}
