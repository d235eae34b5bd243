/** Writes objects anew in the version that is stored now: k8s.io/kubernetes/pkg/controller/storageversionmigrator. */
import { ApiError } from '../../server/kube/api-error.ts';
import { type Key, type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { ServedResource } from '../../server/kube/transport.ts';
import type { StorageVersionMigration } from '../../server/kube/types.gen.ts';
import { type ControllerDefinition, type ControllerEnv, self } from '../lib/controller.ts';
import { DEFINITIONS, markMigrated, markMigrating } from './definition.ts';
import {
  failedCondition,
  isOver,
  isRunning,
  MIGRATIONS,
  type Migration,
  runningCondition,
  SUCCEEDED,
  tell,
} from './status.ts';

/** How long a resource may take to be served. */
const DISCOVERY_MS = 60_000;

const NEEDED_VERBS = ['update', 'patch', 'list'];

type Again = { readonly againInMs: number } | undefined;

/** Every look makes one step, and its write leads to the next. */
export const controller: ControllerDefinition = {
  name: 'storage-version-migrator-controller',
  account: 'storage-version-migrator-controller',
  watches: [
    self(MIGRATIONS),
    // Whoever waits for its turn is next when another of the resource is over or gone.
    { resource: MIGRATIONS, keys: (migration, env) => ofResource(migration as Migration, env).map(keyOf) },
    { resource: DEFINITIONS, keys: ({ metadata }, env) => ofDefinition(metadata.name ?? '', env) },
  ],
  // Of two for one resource only one may begin.
  workers: 1,
  reconcile,
};

function ofResource({ spec: { resource } }: Migration, env: ControllerEnv): Migration[] {
  const isSame = ({ spec }: Migration): boolean =>
    spec.resource.group === resource.group && spec.resource.resource === resource.resource;
  return env.lister<StorageVersionMigration>(MIGRATIONS).list().filter(isSame);
}

/** Migrations that may wait until a definition is served. */
function ofDefinition(name: string, env: ControllerEnv): Key[] {
  const migrations = env.lister<StorageVersionMigration>(MIGRATIONS).list();
  return migrations.filter(({ spec: { resource } }) => `${resource.resource}.${resource.group}` === name).map(keyOf);
}

async function reconcile(key: Key, env: ControllerEnv): Promise<Again> {
  const migration = env.lister<StorageVersionMigration>(MIGRATIONS).get(key);
  if (!migration) return undefined;
  if (isOver(migration)) {
    if (isRunning(migration)) await finish(migration, env);
    return undefined;
  }
  if (!isRunning(migration)) {
    if (isNext(migration, env)) await begin(migration, env);
    return undefined;
  }
  const resource = await servedAs(migration, env);
  if (!resource) {
    const leftMs = Date.parse(migration.metadata.creationTimestamp ?? '') + DISCOVERY_MS - env.clock.now();
    if (leftMs > 0) return { againInMs: leftMs };
    await tell(migration, [failedCondition('resource does not exist in discovery')], env);
  } else if (migration.status.resourceVersion === undefined) await choose(migration, resource, env);
  else await migrate(migration, resource, env);
  return undefined;
}

/** The oldest that waits, when none of the same resource runs. */
function isNext(migration: Migration, env: ControllerEnv): boolean {
  const age = ({ metadata: { creationTimestamp = '', name = '' } }: Migration): string =>
    `${creationTimestamp} ${name}`;
  return ofResource(migration, env).every(
    (other) => !isRunning(other) && (isOver(other) || age(other) >= age(migration)),
  );
}

async function begin(migration: Migration, env: ControllerEnv): Promise<void> {
  await markMigrating(migration, env);
  await tell(migration, [runningCondition()], env);
}

async function finish(migration: Migration, env: ControllerEnv): Promise<void> {
  await markMigrated(migration, env);
  const { generation: observedGeneration } = migration.metadata;
  const condition = { type: 'Running', status: 'False', reason: 'MigrationCompleted', message: 'Migration completed' };
  await tell(migration, [{ ...condition, ...(observedGeneration !== undefined && { observedGeneration }) }], env);
}

async function servedAs({ spec }: Migration, env: ControllerEnv): Promise<ServedResource | undefined> {
  const { group, resource } = spec.resource;
  const served = (await env.client.resources()).filter((one) => one.group === group && one.resource === resource);
  return served.find(({ preferred }) => preferred) ?? served[0];
}

/** Everything up to here has to be migrated; what comes later is stored in the new version anyway. */
async function choose(migration: Migration, served: ServedResource, env: ControllerEnv): Promise<void> {
  if (NEEDED_VERBS.every((verb) => served.verbs.includes(verb)))
    return tell(migration, [], env, migration.metadata.resourceVersion);
  const { group, version, resource } = served;
  const problem = `resource "${group}/${version}, Resource=${resource}" does not support discovery operations`;
  await tell(migration, [failedCondition(`${problem}: [${NEEDED_VERBS.join(' ')}]`)], env);
}

async function migrate(migration: Migration, served: ServedResource, env: ControllerEnv): Promise<void> {
  const upTo = Number(migration.status.resourceVersion);
  const objects = await env.client.list<KubeObject>(served.id);
  const apiVersion = served.group === '' ? served.version : `${served.group}/${served.version}`;
  for (const object of objects) {
    const { resourceVersion = '' } = object.metadata;
    if (Number(resourceVersion) > upTo) continue;
    const nothing = { apiVersion, kind: served.kind, metadata: { resourceVersion } };
    try {
      await env.client.patch(served.id, keyOf(object), 'merge', nothing);
    } catch (error) {
      // Changed, deleted or made anew meanwhile: that is as good.
      if (!(error instanceof ApiError && (error.code === 409 || error.code === 404))) throw error;
    }
  }
  await tell(migration, [runningCondition(objects.length), SUCCEEDED], env);
}
