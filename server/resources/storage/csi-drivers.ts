import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, immutable, invalid, notSupported } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import type { CSIDriver, StorageV1TokenRequest } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';

const FS_GROUP_POLICIES = ['File', 'None', 'ReadWriteOnceWithFSType'];
const LIFECYCLE_MODES = ['Persistent', 'Ephemeral'];
const TEN_MINUTES_SECONDS = 600;
const TOKENS_IN_SECRETS = [
  'spec.serviceAccountTokenInSecrets is unset; if supported by this CSI driver,',
  'set to true to prevent possible logging of tokens in volume attributes',
].join(' ');

function fillDefaults({ spec }: CSIDriver): void {
  spec.attachRequired ??= true;
  spec.podInfoOnMount ??= false;
  spec.storageCapacity ??= false;
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType';
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent'];
  spec.requiresRepublish ??= false;
  spec.seLinuxMount ??= false;
  spec.preventPodSchedulingIfMissing ??= false;
}

function validate({ spec }: Frozen<CSIDriver>, old?: Frozen<CSIDriver>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { fsGroupPolicy, volumeLifecycleModes = [], nodeAllocatableUpdatePeriodSeconds: periodSeconds } = spec;
  if (fsGroupPolicy !== undefined && !FS_GROUP_POLICIES.includes(fsGroupPolicy)) {
    problems.push(notSupported('spec.fsGroupPolicy', fsGroupPolicy, FS_GROUP_POLICIES));
  }
  problems.push(...tokenProblems(spec.tokenRequests ?? []));
  for (const mode of volumeLifecycleModes) {
    if (!LIFECYCLE_MODES.includes(mode))
      problems.push(notSupported('spec.volumeLifecycleModes', mode, LIFECYCLE_MODES));
  }
  if (periodSeconds !== undefined && periodSeconds < 10) {
    const detail = 'must be greater than or equal to 10 seconds';
    problems.push(invalid('spec.nodeAllocatableUpdatePeriodSeconds', periodSeconds, detail));
  }
  if (spec.serviceAccountTokenInSecrets !== undefined && !spec.tokenRequests?.length) {
    const detail = 'serviceAccountTokenInSecrets is set but no tokenRequests are specified';
    problems.push(invalid('spec.serviceAccountTokenInSecrets', spec.serviceAccountTokenInSecrets, detail));
  }
  if (!old) return problems;
  // `attachedRequired` is upstream's spelling of the path.
  if (spec.attachRequired !== old.spec.attachRequired) {
    problems.push(immutable('spec.attachedRequired', spec.attachRequired ?? null));
  }
  if (!deepEqual(volumeLifecycleModes, old.spec.volumeLifecycleModes ?? [])) {
    problems.push(immutable('spec.volumeLifecycleModes', volumeLifecycleModes));
  }
  return problems;
}

function tokenProblems(requests: Frozen<StorageV1TokenRequest[]>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const audiences = new Set<string>();
  for (const [i, { audience, expirationSeconds: seconds }] of requests.entries()) {
    const path = `spec.tokenRequests[${i}]`;
    if (audiences.has(audience)) {
      problems.push(duplicate(`${path}.audience`, audience));
      continue;
    }
    audiences.add(audience);
    const refuse = (detail: string): number => problems.push(invalid(`${path}.expirationSeconds`, seconds, detail));
    if (seconds === undefined) continue;
    if (seconds < TEN_MINUTES_SECONDS) refuse('may not specify a duration less than 10 minutes');
    if (seconds > 2 ** 32) refuse('may not specify a duration larger than 2^32 seconds');
  }
  return problems;
}

function warnings({ spec }: Frozen<CSIDriver>, old?: Frozen<CSIDriver>): string[] {
  const changed = !old || !deepEqual(spec.tokenRequests, old.spec.tokenRequests);
  const unset = spec.tokenRequests?.length && spec.serviceAccountTokenInSecrets === undefined;
  return changed && unset ? [TOKENS_IN_SECRETS] : [];
}

export const definition: ResourceDefinition<CSIDriver> = {
  resource: 'csidrivers.storage.k8s.io',
  fillDefaults,
  requiresResourceVersion: true,
  // New drivers have no generation; the first change makes it 1.
  beforeUpdate(driver, old) {
    if (!deepEqual(driver.spec, old.spec)) driver.metadata.generation = (old.metadata.generation ?? 0) + 1;
    return undefined;
  },
  validate,
  warnings,
  returnsDeleted: true,
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec.attachRequired ?? true,
    spec.podInfoOnMount ?? false,
    spec.storageCapacity ?? false,
    spec.tokenRequests ? spec.tokenRequests.map(({ audience }) => audience).join(',') : '<unset>',
    spec.requiresRepublish ?? false,
    (spec.volumeLifecycleModes ?? []).join(',') || '<none>',
    since(metadata.creationTimestamp, nowMs),
  ],
};
