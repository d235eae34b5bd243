import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, required } from '../../kube/field-problem.ts';
import { dns1035Problems, dnsSubdomainProblems } from '../../kube/names.ts';
import type { StorageVersionMigration } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { conditionProblems } from '../shared/condition-rules.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { internalForm } from '../shared/internal-form.ts';

type Migration = Frozen<StorageVersionMigration>;

const RESOURCE = 'spec.resource.resource';
const VERSION = 'status.resourceVersion';

function validate({ spec }: Migration, old?: Migration): FieldProblem[] {
  const { resource, group } = spec.resource;
  const problems: FieldProblem[] = [];
  const refuse = (path: string, value: string, details: string[]): void => {
    if (details.length > 0) problems.push(invalid(path, value, details.join(',')));
  };
  if (resource === '') problems.push(required(RESOURCE, 'resource is required to be set'));
  else refuse(RESOURCE, resource, dns1035Problems(resource));
  if (group !== '') refuse('spec.resource.group', group, dnsSubdomainProblems(group));
  if (!old || deepEqual(spec, old.spec)) return problems;
  const shown = internalForm(spec, 'io.k8s.api.storagemigration.v1.StorageVersionMigrationSpec');
  return [...problems, immutable('spec', shown)];
}

function isTrue({ status }: Migration, type: string): boolean {
  return status.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}

function validateStatus(migration: Migration, old: Migration): FieldProblem[] {
  const { conditions, resourceVersion = '' } = migration.status;
  const { resourceVersion: oldVersion = '' } = old.status;
  const problems: FieldProblem[] = [];
  if (resourceVersion !== '' && !/^[1-9][0-9]*$/.test(resourceVersion)) {
    problems.push(invalid(VERSION, resourceVersion, `resource version is not well formed: ${resourceVersion}`));
  }
  problems.push(...conditionProblems(conditions, 'status.conditions'));
  if (oldVersion !== '' && oldVersion !== resourceVersion) problems.push(immutable(VERSION, resourceVersion));
  const [succeeded, failed] = [isTrue(migration, 'Succeeded'), isTrue(migration, 'Failed')];
  const refuse = (detail: string): void => void problems.push(invalid('status.conditions', conditions ?? null, detail));
  if (succeeded && failed) refuse('Both success and failed conditions cannot be true at the same time');
  if (isTrue(old, 'Succeeded') && !succeeded) refuse('Success condition cannot be set to false once it is true');
  if (isTrue(old, 'Failed') && !failed) refuse('Failed condition cannot be set to false once it is true');
  return problems;
}

/** The last of the known conditions that is true. */
function statusCell({ status }: Migration): string {
  const known = ['Running', 'Failed', 'Succeeded'];
  const met = (status.conditions ?? []).filter((one) => one.status === 'True' && known.includes(one.type));
  return met.at(-1)?.type ?? 'Unknown';
}

export const definition: ResourceDefinition<StorageVersionMigration> = {
  resource: 'storageversionmigrations.storagemigration.k8s.io',
  rechecksGenerateName: true,
  requiresResourceVersion: true,
  beforeCreate(migration) {
    clearStatus(migration, 'io.k8s.api.storagemigration.v1.StorageVersionMigrationStatus');
    return undefined;
  },
  validate,
  validateStatus,
  statusKeeps: ['labels', 'annotations', 'ownerReferences', 'finalizers'],
  cells(migration) {
    const { metadata, spec } = migration;
    const { group, resource } = spec.resource;
    return [metadata.name, group === '' ? resource : `${resource}.${group}`, statusCell(migration)];
  },
};
