import type { Cancel } from '../base/clock.ts';
import { resourceName } from '../kube/object.ts';
import type { GroupInfo, ResourceInfo, TypeTable } from '../schema/type-table.ts';
import type { Storage, WatchSink } from '../storage/storage.ts';
import type { StoredObject } from '../storage/stored-object.ts';
import type { WebhookAccess } from './custom/conversion/webhook-converter.ts';
import { withCustomGroups } from './custom/custom-groups.ts';
import { type CustomKind, customKind, endWatches, isServed } from './custom/custom-kind.ts';
import type { Definition } from './custom/custom-version.ts';
import { olderDefinition } from './older-definition.ts';
import type { RegistryEnv, ResourceDefinition, VersionConversion } from './resource.ts';
import { ResourceStore } from './resource-store.ts';

/** One resource as one version serves it. */
export interface Served {
  readonly info: ResourceInfo;
  readonly store: ResourceStore;
  /** Absent where the served version is the stored one. */
  readonly conversion?: VersionConversion;
}

/** Everything a cluster serves: group, version and plural to store. */
export class Catalog {
  readonly table: TypeTable;
  readonly #served = new Map<string, Served>();
  readonly #stores = new Map<string, ResourceStore>();
  readonly #storage: Storage;
  readonly #env: RegistryEnv;
  readonly #webhooks: WebhookAccess | undefined;
  readonly #custom = new Map<string, CustomKind>();
  #groups: readonly GroupInfo[] | undefined;
  #generation = 0;

  constructor(
    table: TypeTable,
    definitions: readonly ResourceDefinition[],
    storage: Storage,
    env: RegistryEnv,
    webhooks?: WebhookAccess,
  ) {
    this.table = table;
    this.#storage = storage;
    this.#env = env;
    this.#webhooks = webhooks;
    const byResource = new Map(definitions.map((definition) => [definition.resource, definition]));
    const aliases = aliasesOf(definitions);
    for (const { group, versions } of table.groups) {
      for (const { version, resources } of versions) {
        for (const info of resources) this.#add(info, `${group}/${version}`, byResource, aliases, storage, env);
      }
    }
  }

  /** In the order of `/apis`. */
  get groups(): readonly GroupInfo[] {
    this.#groups ??= withCustomGroups(this.table.groups, this.#custom.values());
    return this.#groups;
  }

  /** Counts how often what is served has changed. */
  get generation(): number {
    return this.#generation;
  }

  /** Custom resources that discovery tells of. */
  customKinds(): CustomKind[] {
    return [...this.#custom.values()].filter(({ isEstablished }) => isEstablished);
  }

  customKind(name: string): CustomKind | undefined {
    return this.#custom.get(name);
  }

  /** Serves the objects of a definition as it stands now; `undefined` when there is no such definition any more. */
  setDefinition(name: string, definition: Definition | undefined): void {
    const before = this.#custom.get(name);
    if (before?.definition === definition) return;
    if (before) this.#removeCustom(before);
    if (definition && isServed(definition)) {
      const parts = { storage: this.#storage, env: this.#env, webhooks: this.#webhooks };
      this.#addCustom(customKind(definition, parts, before));
    } else if (!before) return;
    if (before && this.#custom.get(name)?.compiled !== before.compiled) endWatches(before);
    this.#groups = undefined;
    this.#generation++;
  }

  #addCustom(kind: CustomKind): void {
    // What the server has of its own is not replaced.
    if (this.#stores.has(kind.name)) return;
    this.#custom.set(kind.name, kind);
    this.#stores.set(kind.name, kind.store);
    for (const { served } of kind.versions) this.#served.set(servedKey(served.info), served);
  }

  #removeCustom(kind: CustomKind): void {
    this.#custom.delete(kind.name);
    this.#stores.delete(kind.name);
    for (const { served } of kind.versions) this.#served.delete(servedKey(served.info));
  }

  lookup(group: string, version: string, resource: string): Served | undefined {
    return this.#served.get(`${group}/${version}/${resource}`);
  }

  /** The resource that serves a kind. */
  lookupKind(group: string, version: string, kind: string): Served | undefined {
    const versions = this.groups.find((candidate) => candidate.group === group)?.versions;
    const info = versions
      ?.find((candidate) => candidate.version === version)
      ?.resources.find((resource) => resource.kind === kind);
    return info && this.lookup(group, version, info.resource);
  }

  /** The store of a resource named `pods` or `deployments.apps`. */
  store(resource: string): ResourceStore | undefined {
    return this.#stores.get(resource);
  }

  /** All objects of a store as they are kept, in whatever version. */
  storedObjects(store: ResourceStore): readonly StoredObject[] {
    return this.#storage.list(store.prefixOf('')).items;
  }

  stores(): Iterable<ResourceStore> {
    return new Set(this.#stores.values());
  }

  /** Follows every store at once, whatever is added later. */
  watchAll(sink: WatchSink): Cancel {
    return this.#storage.watch('', { after: this.#storage.revision() }, sink);
  }

  #add(
    info: ResourceInfo,
    groupVersion: string,
    byResource: ReadonlyMap<string, ResourceDefinition>,
    aliases: ReadonlyMap<string, ResourceDefinition>,
    storage: Storage,
    env: RegistryEnv,
  ): void {
    const name = resourceName(info.group, info.resource);
    const alias = aliases.get(`${groupVersion}/${info.resource}`);
    const newest = alias ?? byResource.get(name) ?? { resource: name };
    let store = this.#stores.get(alias ? alias.resource : name);
    const stored = store?.info ?? info;
    const { isOlder, minor } = this.table;
    const definition = isOlder ? olderDefinition(newest, { info, stored, minor }) : newest;
    if (!store) {
      store = new ResourceStore(info, definition, storage, env);
      this.#stores.set(name, store);
    }
    // The same objects, which errors call by the name that was asked for.
    if (alias)
      store = new ResourceStore(store.info, definition, storage, env, { group: info.group, resource: info.resource });
    const conversion = definition.versions?.[groupVersion];
    this.#served.set(servedKey(info), {
      info,
      store,
      ...(conversion && { conversion }),
    });
  }
}

const servedKey = ({ group, version, resource }: ResourceInfo): string => `${group}/${version}/${resource}`;

/** Resources of another group that show the same objects: `events.k8s.io/v1/events` → the definition of `events`. */
function aliasesOf(definitions: readonly ResourceDefinition[]): Map<string, ResourceDefinition> {
  const aliases = new Map<string, ResourceDefinition>();
  for (const definition of definitions) {
    const [plural = '', ...group] = definition.resource.split('.');
    for (const groupVersion of Object.keys(definition.versions ?? {})) {
      if (groupVersion.split('/')[0] !== group.join('.')) aliases.set(`${groupVersion}/${plural}`, definition);
    }
  }
  return aliases;
}
