/** The definition of a custom resource that is migrated: pkg/controller/storageversionmigrator/migrationrunner.go. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import type { CustomResourceDefinition } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { hasSucceeded, type Migration } from './status.ts';

export const DEFINITIONS = 'apiextensions.k8s.io/v1/customresourcedefinitions';

const MANAGER = 'migration-runner-controller';

/** Tells in the definition that its objects are being migrated. */
export async function markMigrating(migration: Migration, env: ControllerEnv): Promise<void> {
  const definition = await definitionOf(migration, env);
  if (!definition) return;
  const message = `Migration ${migration.metadata.name} is running`;
  await apply(definition, { status: 'True', reason: 'MigrationRunning', message }, undefined, env);
}

/** Tells in the definition how it went. Only the version that is stored now is left, unless it changed meanwhile. */
export async function markMigrated(migration: Migration, env: ControllerEnv): Promise<void> {
  const definition = await definitionOf(migration, env);
  if (!definition) return;
  const before = definition.status.conditions?.find(({ type }) => type === 'StorageMigrating');
  const isSameGeneration = before !== undefined && before.observedGeneration === definition.metadata.generation;
  const stored = definition.spec.versions?.find(({ storage }) => storage)?.name;
  const how = isSameGeneration
    ? ' and the stored versions have been updated'
    : ' but the stored versions have not been updated due to a generation mismatch';
  const [reason, message] = hasSucceeded(migration)
    ? ['MigrationSucceeded', `The migration has succeeded${how}`]
    : ['MigrationFailed', 'The migration has failed'];
  await apply(definition, { status: 'False', reason, message }, isSameGeneration ? stored : undefined, env);
}

async function definitionOf(
  { spec: { resource } }: Migration,
  env: ControllerEnv,
): Promise<Frozen<CustomResourceDefinition> | undefined> {
  if (resource.group === '') return undefined;
  const key = { namespace: '', name: `${resource.resource}.${resource.group}` };
  try {
    return await env.client.get<CustomResourceDefinition>(DEFINITIONS, key);
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return undefined;
    throw error;
  }
}

async function apply(
  { metadata }: Frozen<CustomResourceDefinition>,
  condition: { readonly status: string; readonly reason: string; readonly message: string },
  stored: string | undefined,
  env: ControllerEnv,
): Promise<void> {
  const { name = '', resourceVersion = '', generation } = metadata;
  const lastTransitionTime = rfc3339(env.clock.now());
  const told = { type: 'StorageMigrating', ...condition, lastTransitionTime, observedGeneration: generation };
  const object = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    // What was decided holds for this version only.
    metadata: { name, resourceVersion },
    status: { conditions: [told], ...(stored !== undefined && { storedVersions: [stored] }) },
  };
  await env.client.apply(DEFINITIONS, object, MANAGER, 'status');
}
