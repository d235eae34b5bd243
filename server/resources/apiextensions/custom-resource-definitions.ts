import type { Frozen } from '../../base/freeze.ts';
import type { CustomResourceDefinition } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { definitionNameProblems } from '../shared/definition-names.ts';
import { definitionProblems } from '../shared/definition-rules.ts';
import { definitionWarnings } from '../shared/definition-warnings.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { packedDefinition } from '../shared/packed-definition.ts';

const STATUS = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus';

function fillDefaults(definition: CustomResourceDefinition): void {
  const { names } = definition.spec;
  names.singular ||= names.kind.toLowerCase();
  if (names.kind !== '') names.listKind ||= `${names.kind}List`;
  definition.spec.conversion ??= { strategy: 'None' };
  const service = definition.spec.conversion.webhook?.clientConfig?.service;
  if (service) service.port ??= 443;
  if (!definition.status.storedVersions?.length) addStoredVersion(definition);
}

/** Objects can be stored in every version that was ever the storage version. */
function addStoredVersion(definition: CustomResourceDefinition): void {
  const { spec, status } = definition;
  const storage = spec.versions?.find((version) => version.storage)?.name;
  const stored = status.storedVersions ?? [];
  if (storage === undefined || stored.includes(storage)) return;
  definition.status = { ...status, storedVersions: [...stored, storage] };
}

/** The finalizer's controller says more as soon as it begins. */
function tellDeletion(definition: CustomResourceDefinition): void {
  const { conditions } = definition.status;
  if (conditions?.some(({ type, reason }) => type === 'Terminating' && reason !== undefined)) return;
  const pending = {
    type: 'Terminating',
    status: 'True',
    lastTransitionTime: definition.metadata.deletionTimestamp ?? '',
    reason: 'InstanceDeletionPending',
    message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon',
  };
  definition.status = { ...definition.status, conditions: [...(conditions ?? []), pending] };
}

function servedVersions({ spec }: Frozen<CustomResourceDefinition>): string {
  const served = (spec.versions ?? []).filter((version) => version.served);
  return served
    .map(({ name, storage }) => (storage ? `${name}(storage)` : name))
    .sort()
    .join(',');
}

export const definition: ResourceDefinition<CustomResourceDefinition> = {
  resource: 'customresourcedefinitions.apiextensions.k8s.io',
  requiresResourceVersion: true,
  keepsSpec: true,
  kept: packedDefinition,
  fillDefaults,
  beforeCreate(object) {
    clearStatus(object, STATUS);
    addStoredVersion(object);
    return undefined;
  },
  beforeUpdate(object) {
    addStoredVersion(object);
    return undefined;
  },
  checksEnums: true,
  validate: definitionProblems,
  validateStatus: ({ status }) => definitionNameProblems(status.acceptedNames, 'status.acceptedNames'),
  warnings: definitionWarnings,
  deletionFinalizer: 'customresourcecleanup.apiextensions.k8s.io',
  onDeleting: tellDeletion,
  generation: ({ spec }) => spec,
  cells(object) {
    const { metadata, spec, status } = object;
    return [
      metadata.name,
      spec.scope,
      servedVersions(object),
      metadata.creationTimestamp,
      spec.group,
      spec.names.kind,
      (spec.names.shortNames ?? []).join(','),
      status.conditions?.some(({ type, status }) => type === 'Established' && status === 'True') ?? false,
    ];
  },
};
