/** Why an object is as it is: its history, who owns which field, and the chain of owners down to containers. */
import { resourceName } from '../../kube/object.ts';
import {
  DEFAULT_NAMESPACE,
  findResource,
  type Place,
  parseTarget,
  unknownResource,
} from '../../kube/resource-argument.ts';
import type { Catalog, Served } from '../../registry/catalog.ts';
import type { LocalStorage } from '../../storage/storage.ts';
import type { ClusterJournal } from '../journal/journal.ts';
import { type ChainNode, type FindControllersOff, ObjectChains } from './chain.ts';
import { type ElsewhereParts, keptElsewhere } from './elsewhere.ts';
import { type HistoryItem, historyOf, type Ownership, ownershipOf } from './history.ts';

export interface Why {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** Whether it is there. */
  readonly exists: boolean;
  /** Revisions that are still kept, oldest first. */
  readonly history: readonly HistoryItem[];
  readonly fields: readonly Ownership[];
  /** Whom it belongs to, the nearest first. */
  readonly owners: readonly ChainNode[];
  /** The object and what it owns. */
  readonly chain?: ChainNode;
}

export interface WhyParts extends ElsewhereParts {
  readonly storage: LocalStorage;
  readonly journal: ClusterJournal;
  /** Which controllers are off for an object of a resource (`deployments.apps`). */
  controllersOff(resource: string, chain: Parameters<FindControllersOff>[0]): ReturnType<FindControllersOff>;
}

/**
 * The resource of a name as kubectl takes it: `deployments`, `deployment`, `deploy`, `Deployment`, each with its group
 * (`deployments.apps`) or without.
 */
export function resourceNamed(catalog: Catalog, name: string): Served | undefined {
  const dot = name.indexOf('.');
  const [word, wanted] = dot < 0 ? [name, undefined] : [name.slice(0, dot), name.slice(dot + 1)];
  const lower = word.toLowerCase();
  for (const { group, versions } of catalog.groups) {
    if (wanted !== undefined && group !== wanted) continue;
    for (const { version, resources } of versions) {
      const found = resources.find(
        ({ resource, singular, kind, shortNames }) =>
          resource === lower || singular === lower || kind === word || shortNames.includes(lower),
      );
      const served = found && catalog.lookup(group, version, found.resource);
      if (served) return served;
    }
  }
  return undefined;
}

/** @returns undefined for an object that is not there, and of which no revision is kept */
export function whyOf(served: Served, namespace: string, name: string, parts: WhyParts): Why | undefined {
  const { store, info } = served;
  const { storage, journal } = parts;
  const key = { namespace, name };
  const object = store.find(key)?.value;
  const history = historyOf(storage.history(store.keyOf(key)), journal);
  if (!object && history.length === 0) return undefined;
  const chains = object && new ObjectChains(storage, (chain) => controllersOff(chain, parts));
  return {
    kind: info.kind,
    ...(namespace !== '' && { namespace }),
    name,
    exists: object !== undefined,
    history,
    fields: object ? ownershipOf(object) : [],
    owners: object && chains ? chains.owners(object) : [],
    ...(object && chains && { chain: chains.tree(object) }),
  };
}

function controllersOff(chain: Parameters<FindControllersOff>[0], parts: WhyParts): ReturnType<FindControllersOff> {
  const [{ apiVersion = '', kind = '' }] = chain;
  const [version = '', group = ''] = apiVersion.split('/').reverse();
  const served = parts.catalog.lookupKind(group, version, kind);
  return served ? parts.controllersOff(resourceName(group, served.info.resource), chain) : [];
}

/**
 * The same of a target as kubectl takes it: `deployment/web`.
 *
 * @throws Error when nothing has that name
 */
export async function whyOfTarget(
  target: string,
  { namespace = DEFAULT_NAMESPACE }: Place = {},
  parts: WhyParts,
): Promise<Why | undefined> {
  const { resource, name } = parseTarget(target);
  const own = parts.catalog.groups.flatMap(({ versions }) => versions.flatMap(({ resources }) => resources));
  const found = findResource(own, resource);
  const served = found && parts.catalog.lookup(found.group, found.version, found.resource);
  if (!served) throw (await keptElsewhere(resource, name, parts)) ?? unknownResource(resource);
  return whyOf(served, served.info.namespaced ? namespace : '', name, parts);
}
