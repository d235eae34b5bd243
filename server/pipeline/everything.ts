/** What clients in the same process may ask about the whole cluster; over HTTP it takes discovery and many watches. */
import type { Cancel } from '../base/clock.ts';
import { decided } from '../base/undecided.ts';
import { apiVersionOf, type User } from '../kube/object.ts';
import type { EverythingObserver, ServedResource } from '../kube/transport.ts';
import type { Catalog } from '../registry/catalog.ts';
import type { ResourceStore } from '../registry/resource-store.ts';
import type { PipelineEnv } from './pipeline.ts';
import { denial } from './stages/authorize.ts';

const TYPES = { created: 'ADDED', updated: 'MODIFIED', deleted: 'DELETED' } as const;

/** All resources of all versions, in the order of discovery. */
export function servedResources(catalog: Catalog): ServedResource[] {
  const found: ServedResource[] = [];
  for (const { group, versions } of catalog.groups) {
    const seen = new Set<string>();
    for (const { version, resources } of versions) {
      for (const { resource, kind, namespaced, verbs } of resources) {
        const id = `${apiVersionOf({ group, version })}/${resource}`;
        // Versions come in the order of preference, and not every version has every resource.
        found.push({ id, group, version, resource, kind, namespaced, verbs, preferred: !seen.has(resource) });
        seen.add(resource);
      }
    }
  }
  return found;
}

const isFollowed = ({ info, definition }: ResourceStore): boolean =>
  !definition.computed && info.verbs.includes('list') && info.verbs.includes('watch');

/**
 * One stream of every change, straight from the storage. Where somebody outside has to be asked first, it begins
 * later, or ends.
 *
 * @throws ApiError 403 for users who may not list and watch everything
 */
export function watchEverything(
  env: PipelineEnv,
  user: User,
  { existing }: { readonly existing: boolean },
  observer: EverythingObserver,
): Cancel {
  const permission = decided(() => checkPermission(env, user));
  if (!(permission instanceof Promise)) return begun(env, existing, observer);
  let open = true;
  let cancel: Cancel = () => undefined;
  permission.then(
    () => {
      if (open) cancel = begun(env, existing, observer);
    },
    (error: unknown) => {
      env.log.warn({ err: error, user: user.name }, 'somebody may not watch everything');
      if (open) observer.end();
    },
  );
  return () => {
    open = false;
    cancel();
  };
}

/** @throws ApiError 403 */
function checkPermission(env: PipelineEnv, user: User): void {
  for (const verb of ['list', 'watch']) {
    const resource = { group: '*', version: '*', resource: '*', subresource: '', namespace: '', name: '' };
    const question = { user, verb, resource };
    const { allowed, reason } = env.authorizer.authorize(question);
    if (!allowed) throw denial(question, reason);
  }
}

function begun({ catalog }: PipelineEnv, existing: boolean, observer: EverythingObserver): Cancel {
  let open = true;
  const cancel = catalog.watchAll({
    events: (batch) => {
      for (const { type, now } of batch) if (open) observer.event(TYPES[type], now.value);
    },
    end: () => open && observer.end(),
  });
  if (existing) {
    for (const store of catalog.stores()) {
      if (!isFollowed(store)) continue;
      for (const { value } of catalog.storedObjects(store)) observer.event('ADDED', value);
    }
  }
  observer.synced();
  return () => {
    open = false;
    cancel();
  };
}
