import type { Frozen } from '../../base/freeze.ts';
import { since } from '../../kube/human-duration.ts';
import { selectorFromObject } from '../../kube/labels.ts';
import { dnsLabelProblems } from '../../kube/names.ts';
import type { PersistentVolumeClaim, StatefulSet } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { containerImages, containerNames } from '../shared/columns.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { decrementProblems } from '../shared/number-rules.ts';
import { fillPodTemplateDefaults } from '../shared/pod-spec-defaults.ts';
import { excessCountProblems, negativeCountProblems } from '../shared/replica-count-rules.ts';
import { scaleSubresource } from '../shared/scale.ts';
import { statefulSetProblems } from '../shared/stateful-set-rules.ts';
import { fillClaimSpecDefaults } from '../shared/volume-defaults.ts';
import { templateWarnings } from '../shared/workload-rules.ts';

function fillDefaults({ spec }: StatefulSet): void {
  fillPodTemplateDefaults(spec.template);
  if (spec.volumeClaimTemplates) spec.volumeClaimTemplates = spec.volumeClaimTemplates.map(claimWithDefaults);
  spec.podManagementPolicy ||= 'OrderedReady';
  const strategy = spec.updateStrategy;
  if (!strategy.type) {
    strategy.type = 'RollingUpdate';
    strategy.rollingUpdate ??= {};
  }
  if (strategy.rollingUpdate) {
    strategy.rollingUpdate.partition ??= 0;
    if (strategy.type === 'RollingUpdate') strategy.rollingUpdate.maxUnavailable ??= 1;
  }
  const retention = spec.persistentVolumeClaimRetentionPolicy ?? {};
  spec.persistentVolumeClaimRetentionPolicy = {
    whenDeleted: retention.whenDeleted || 'Retain',
    whenScaled: retention.whenScaled || 'Retain',
  };
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= 10;
}

/** Upstream shows kind and version of these claims, whatever the client said. */
function claimWithDefaults({
  kind: _kind,
  apiVersion: _apiVersion,
  ...claim
}: PersistentVolumeClaim): PersistentVolumeClaim {
  claim.status.phase ||= 'Pending';
  fillClaimSpecDefaults(claim.spec);
  return { kind: 'PersistentVolumeClaim', apiVersion: 'v1', ...claim };
}

const HISTORY_WARNING =
  'spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended';
const LIMITED = ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'];

export const definition: ResourceDefinition<StatefulSet> = {
  resource: 'statefulsets.apps',
  fillDefaults,
  beforeCreate(statefulSet) {
    clearStatus(statefulSet, 'io.k8s.api.apps.v1.StatefulSetStatus');
    return undefined;
  },
  nameProblems: dnsLabelProblems,
  checksEnums: true,
  validate: ({ spec }, old) => statefulSetProblems(spec, old?.spec),
  validateStatus: ({ status }, old) => [
    ...negativeCountProblems(status, ['replicas', ...LIMITED, 'observedGeneration', 'collisionCount']),
    ...excessCountProblems(status, LIMITED, 'status.readyReplicas'),
    ...decrementProblems('status.collisionCount', status.collisionCount, old.status.collisionCount),
  ],
  warnings: (statefulSet, old) => [
    ...templateWarnings(statefulSet, old),
    ...((statefulSet.spec.revisionHistoryLimit ?? 0) < 0 ? [HISTORY_WARNING] : []),
  ],
  generation: ({ spec }) => spec,
  subresources: {
    scale: scaleSubresource({ group: 'apps', resource: 'statefulsets' }, ({ spec }: Frozen<StatefulSet>) =>
      selectorFromObject(spec.selector ?? {}),
    ),
  },
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    `${status.readyReplicas ?? 0}/${spec.replicas ?? 0}`,
    since(metadata.creationTimestamp, nowMs),
    containerNames(spec.template.spec.containers),
    containerImages(spec.template.spec.containers),
  ],
};
