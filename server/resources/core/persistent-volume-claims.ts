import { deepEqual, type Frozen, getOwn, thaw } from '../../base/freeze.ts';
import { compareAmounts } from '../../kube/amounts.ts';
import { type FieldProblem, forbiddenField, immutable } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { quantityMilliValue } from '../../kube/quantity.ts';
import { CLASS_ANNOTATION, storageClassName } from '../../kube/storage-class.ts';
import type { PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { claimSpecProblems } from '../shared/claim-rules.ts';
import { formatAccessModes } from '../shared/columns.ts';
import { internalForm } from '../shared/internal-form.ts';
import { valueDiff } from '../shared/line-diff.ts';
import { roundAmounts } from '../shared/resource-amounts.ts';
import { fillClaimSpecDefaults } from '../shared/volume-defaults.ts';

const CLASS_DEPRECATED = 'deprecated since v1.8; use "storageClassName" attribute instead';
const SPEC_IMMUTABLE =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims';

type Claim = Frozen<PersistentVolumeClaim>;

/**
 * Only claims and snapshots could be data sources at first, and anything else was ignored; then `dataSourceRef` came,
 * and both fields say the same.
 */
function alignDataSources(spec: PersistentVolumeClaimSpec, old?: Frozen<PersistentVolumeClaimSpec>): void {
  // Sources in other namespaces are a feature that is off by default.
  if (spec.dataSourceRef?.namespace) delete spec.dataSourceRef;
  if (!old?.dataSource && !old?.dataSourceRef && !spec.dataSourceRef && spec.dataSource) {
    const { kind, apiGroup } = spec.dataSource;
    const isKnown = apiGroup
      ? kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io'
      : kind === 'PersistentVolumeClaim';
    if (!isKnown) delete spec.dataSource;
  }
  if (spec.dataSource && !spec.dataSourceRef) spec.dataSourceRef = { ...spec.dataSource };
  else if (!spec.dataSource && spec.dataSourceRef) {
    const { apiGroup, kind, name } = spec.dataSourceRef;
    spec.dataSource = { apiGroup, kind, name };
  }
}

/** The old spec with what may change taken over from the new one. */
function comparableSpecs(
  claim: Claim,
  old: Claim,
): { next: PersistentVolumeClaimSpec; before: PersistentVolumeClaimSpec } {
  const next = thaw(claim.spec) as PersistentVolumeClaimSpec;
  const before = thaw(old.spec) as PersistentVolumeClaimSpec;
  if (!before.volumeName && next.volumeName !== undefined) before.volumeName = next.volumeName;
  const named = getOwn(old.metadata.annotations, CLASS_ANNOTATION);
  const mayName = before.storageClassName === undefined && (named === undefined || named === next.storageClassName);
  if (mayName) delete next.storageClassName;
  if (claim.status.phase !== 'Bound') return { next, before };
  const storage = before.resources.requests?.storage;
  if (next.resources.requests && storage !== undefined) next.resources.requests.storage = storage;
  if (before.volumeAttributesClassName === undefined) delete next.volumeAttributesClassName;
  else next.volumeAttributesClassName = before.volumeAttributesClassName;
  return { next, before };
}

function updateProblems(claim: Claim, old: Claim): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const named = (object: Claim): string => getOwn(object.metadata.annotations, CLASS_ANNOTATION) ?? '';
  if (named(claim) !== named(old)) problems.push(immutable(`metadata.annotations[${CLASS_ANNOTATION}]`, named(claim)));
  const { next, before } = comparableSpecs(claim, old);
  if (!deepEqual(next, before)) {
    const model = 'io.k8s.api.core.v1.PersistentVolumeClaimSpec';
    const diff = valueDiff(internalForm(before, model), internalForm(next, model));
    problems.push(forbiddenField('spec', `${SPEC_IMMUTABLE}\n${diff}`));
  }
  const sizeOf = (object: Claim): string => object.spec.resources.requests?.storage ?? '0';
  const used = old.status.capacity?.storage ?? '0';
  if (compareAmounts(sizeOf(claim), sizeOf(old)) < 0 && compareAmounts(sizeOf(claim), used) <= 0) {
    problems.push(forbiddenField('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  }
  if (claim.spec.volumeMode !== old.spec.volumeMode)
    problems.push(immutable('volumeMode', claim.spec.volumeMode ?? null));
  return problems;
}

function warnings({ metadata, spec }: Claim): string[] {
  const texts: string[] = [];
  if (getOwn(metadata.annotations, CLASS_ANNOTATION) !== undefined) {
    texts.push(`metadata.annotations[${CLASS_ANNOTATION}]: ${CLASS_DEPRECATED}`);
  }
  for (const bound of ['requests', 'limits'] as const) {
    const storage = spec.resources[bound]?.storage;
    if (storage === undefined || quantityMilliValue(storage) % 1000 === 0) continue;
    texts.push(`spec.resources.${bound}[storage]: fractional byte value "${storage}" is invalid, must be an integer`);
  }
  return texts;
}

function cells(claim: Claim, nowMs: number): unknown[] {
  const { metadata, spec, status } = claim;
  const isBound = Boolean(spec.volumeName);
  return [
    metadata.name,
    metadata.deletionTimestamp === undefined ? (status.phase ?? '') : 'Terminating',
    spec.volumeName ?? '',
    isBound ? (status.capacity?.storage ?? '0') : '',
    isBound ? formatAccessModes(status.accessModes) : '',
    storageClassName(claim),
    spec.volumeAttributesClassName ?? '<unset>',
    since(metadata.creationTimestamp, nowMs),
    spec.volumeMode ?? '<unset>',
  ];
}

export const definition: ResourceDefinition<PersistentVolumeClaim> = {
  resource: 'persistentvolumeclaims',
  rechecksGenerateName: true,
  fillDefaults({ spec, status }) {
    fillClaimSpecDefaults(spec);
    status.phase ||= 'Pending';
    roundAmounts(status.capacity);
    roundAmounts(status.allocatedResources);
  },
  beforeCreate(claim) {
    claim.status = { phase: 'Pending' };
    alignDataSources(claim.spec);
    return undefined;
  },
  beforeUpdate(claim, old) {
    alignDataSources(claim.spec, old.spec);
    return undefined;
  },
  validate: (claim, old) => [...claimSpecProblems(claim.spec, 'spec'), ...(old ? updateProblems(claim, old) : [])],
  checksEnums: true,
  validateStatus: () => [],
  warnings,
  returnsDeleted: true,
  cells,
};
