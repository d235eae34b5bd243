/** What is told of a migration: pkg/controller/storageversionmigrator. */
import { rfc3339 } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import type { Condition, StorageVersionMigration } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';

export const MIGRATIONS = 'storagemigration.k8s.io/v1/storageversionmigrations';

export type Migration = Frozen<StorageVersionMigration>;

const isTrue = ({ status }: Migration, type: string): boolean =>
  status.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

export const isRunning = (migration: Migration): boolean => isTrue(migration, 'Running');
export const hasSucceeded = (migration: Migration): boolean => isTrue(migration, 'Succeeded');
export const isOver = (migration: Migration): boolean => hasSucceeded(migration) || isTrue(migration, 'Failed');

export function runningCondition(migrated = 0): Omit<Condition, 'lastTransitionTime'> {
  const verified = migrated > 0 ? `, ${migrated} objects verified migrated` : '';
  return {
    type: 'Running',
    status: 'True',
    reason: 'MigrationRunning',
    message: `The migration is running${verified}`,
  };
}

export const SUCCEEDED: Omit<Condition, 'lastTransitionTime'> = {
  type: 'Succeeded',
  status: 'True',
  reason: 'StorageVersionMigrationSucceeded',
  message: 'Migration completed',
};

export const failedCondition = (message: string): Omit<Condition, 'lastTransitionTime'> => ({
  type: 'Failed',
  status: 'True',
  reason: 'StorageVersionMigrationFailed',
  message,
});

/** Writes conditions and, once it is known, what has to be migrated: everything up to a version. */
export async function tell(
  migration: Migration,
  conditions: readonly Omit<Condition, 'lastTransitionTime'>[],
  env: ControllerEnv,
  resourceVersion = migration.status.resourceVersion,
): Promise<void> {
  const told = [...(migration.status.conditions ?? [])];
  for (const condition of conditions) {
    const index = told.findIndex(({ type }) => type === condition.type);
    const before = told[index];
    const isSame = before?.status === condition.status;
    const lastTransitionTime = isSame ? before.lastTransitionTime : rfc3339(env.clock.now());
    told.splice(index < 0 ? told.length : index, index < 0 ? 0 : 1, { ...condition, lastTransitionTime });
  }
  const status = { ...migration.status, conditions: told, ...(resourceVersion !== undefined && { resourceVersion }) };
  await env.client.update<StorageVersionMigration>(MIGRATIONS, { ...migration, status }, 'status');
}
