/** Where kube-apiserver keeps which object in etcd: `/registry/deployments/default/web`. */
import { resourceName } from '../../kube/object.ts';
import type { TypeTable } from '../../schema/type-table.ts';

/** Resources that upstream keeps under another name (SpecialDefaultResourcePrefixes). */
const SPECIAL: Readonly<Record<string, string>> = {
  replicationcontrollers: 'controllers',
  endpoints: 'services/endpoints',
  nodes: 'minions',
  services: 'services/specs',
  'ingresses.networking.k8s.io': 'ingress',
};

/** Built-in groups that upstream serves with servers of their own, which keep objects as custom resources are kept. */
const BY_GROUP = new Set(['apiextensions.k8s.io', 'apiregistration.k8s.io']);

/** A bucket of the storage and its folder in etcd, and the other way round. */
export class KeyPaths {
  /** What all keys begin with, such as `/registry/`. */
  readonly root: string;
  readonly #folders = new Map<string, string>();
  readonly #buckets = new Map<string, string>();

  constructor(table: TypeTable, prefix: string) {
    this.root = `/${prefix.replace(/^\/+|\/+$/g, '')}/`;
    for (const { group, versions } of table.groups) {
      for (const { resource } of versions.flatMap(({ resources }) => resources)) {
        const bucket = resourceName(group, resource);
        if (BY_GROUP.has(group) || this.#folders.has(bucket)) continue;
        const folder = SPECIAL[bucket] ?? resource;
        this.#folders.set(bucket, folder);
        // Events are served by two groups and kept once.
        if (!this.#buckets.has(folder)) this.#buckets.set(folder, bucket);
      }
    }
  }

  pathOf(key: string): string {
    const slash = key.indexOf('/');
    return `${this.root}${this.#folderOf(key.slice(0, slash))}${key.slice(slash)}`;
  }

  /** Undefined for what is no object of a resource: kube-apiserver keeps other things there, too. */
  keyOf(path: string): string | undefined {
    if (!path.startsWith(this.root)) return undefined;
    const [first = '', second = '', ...rest] = path.slice(this.root.length).split('/');
    const joined = `${first}/${second}`;
    const isNested = first.includes('.') || this.#buckets.has(joined);
    // Only groups have a dot.
    const bucket = first.includes('.') ? resourceName(first, second) : this.#buckets.get(isNested ? joined : first);
    const names = isNested ? rest : [second, ...rest];
    if (bucket === undefined || names.length > 2 || names.length === 0 || names.includes('')) return undefined;
    return [bucket, ...names].join('/');
  }

  #folderOf(bucket: string): string {
    const known = this.#folders.get(bucket);
    if (known !== undefined) return known;
    const dot = bucket.indexOf('.');
    const folder = dot < 0 ? bucket : `${bucket.slice(dot + 1)}/${bucket.slice(0, dot)}`;
    this.#folders.set(bucket, folder);
    return folder;
  }
}
