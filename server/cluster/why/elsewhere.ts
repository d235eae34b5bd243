/** Objects that other API servers keep: all that is known here is whose they are. */
import type { Frozen } from '../../base/freeze.ts';
import { resourceName } from '../../kube/object.ts';
import { findResource } from '../../kube/resource-argument.ts';
import type { ServedResource } from '../../kube/transport.ts';
import type { APIService } from '../../kube/types.gen.ts';
import type { Catalog } from '../../registry/catalog.ts';

export interface ElsewhereParts {
  readonly catalog: Catalog;
  /** Knows what all servers of the cluster serve together. */
  readonly pipeline: { resources(): Promise<readonly ServedResource[]> };
}

/** An object of a resource that is served through an APIService. */
export class KeptElsewhere extends Error {
  constructor(resource: string, service: string, name: string) {
    super(
      `${resource} are kept by the server behind the APIService ${service}: what happened to them, and who wrote ` +
        `them, only that knows; kubectl get ${resource} ${name} -o yaml asks it, kubectl get apiservice ${service} ` +
        'tells whether it answers',
    );
  }
}

/** What to say of a word that means no resource of this server, if it means one of another. */
export async function keptElsewhere(
  word: string,
  name: string,
  { catalog, pipeline }: ElsewhereParts,
): Promise<KeptElsewhere | undefined> {
  const others = (await pipeline.resources())
    .filter(({ group, version, resource }) => !catalog.lookup(group, version, resource))
    .map((resource) => ({ ...resource, singular: resource.kind.toLowerCase(), shortNames: [] }));
  const found = findResource(others, word);
  if (found) {
    const { group, version, resource } = found;
    return new KeptElsewhere(resourceName(group, resource), `${version}.${group}`, name);
  }
  // A server that does not answer has told nothing about itself, but its group is known.
  const service = remoteServices(catalog).find(({ metadata, spec: { group = '' } }) => {
    const place = word.slice(word.indexOf('.') + 1);
    return word.includes('.') && (place === group || place === metadata.name);
  });
  return service && new KeptElsewhere(word, service.metadata.name ?? '', name);
}

function remoteServices(catalog: Catalog): Frozen<APIService>[] {
  const store = catalog.store('apiservices.apiregistration.k8s.io');
  const services = store ? catalog.storedObjects(store).map(({ value }) => value as Frozen<APIService>) : [];
  return services.filter(({ spec }) => spec.service !== undefined);
}
