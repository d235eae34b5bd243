import type { Frozen } from '../base/freeze.ts';
import { type KubeObject, keyOf, parseApiVersion, resourceName } from '../kube/object.ts';
import type { TypeTable } from '../schema/type-table.ts';
import type { Definition } from './custom/custom-version.ts';

/** Definitions come before the objects that they declare. */
function learn({ spec }: Definition, buckets: Map<string, string>): void {
  const { group, names } = spec;
  for (const { name } of spec.versions ?? [])
    buckets.set(`${group}/${name}/${names.kind}`, resourceName(group, names.plural));
}

/**
 * The storage key of an object by its kind: what a storage that reads objects from a file has to be told.
 *
 * @throws Error for kinds that the table does not know
 */
export function locator(table: TypeTable): (object: Frozen<KubeObject>) => string {
  const buckets = new Map<string, string>();
  for (const { group, versions } of table.groups) {
    for (const { version, resources } of versions) {
      for (const { kind, resource } of resources)
        buckets.set(`${group}/${version}/${kind}`, resourceName(group, resource));
    }
  }
  return (object) => {
    if (object.kind === 'CustomResourceDefinition') learn(object as unknown as Definition, buckets);
    const { group, version } = parseApiVersion(object.apiVersion ?? '') ?? { group: '', version: '' };
    const bucket = buckets.get(`${group}/${version}/${object.kind}`);
    if (bucket === undefined) throw new Error(`there is no kind ${object.kind} in ${object.apiVersion}`);
    const { namespace, name } = keyOf(object);
    return namespace === '' ? `${bucket}/${name}` : `${bucket}/${namespace}/${name}`;
  };
}
