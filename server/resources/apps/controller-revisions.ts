import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { type ObjectMeta, parseApiVersion, resourceName } from '../../kube/object.ts';
import type { ControllerRevision } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { negativeProblems } from '../shared/number-rules.ts';

function validate({ revision, data }: Frozen<ControllerRevision>, old?: Frozen<ControllerRevision>): FieldProblem[] {
  const problems = negativeProblems('revision', revision);
  if (old) {
    // Raw bytes stand in Go's type for extensions, which prints itself.
    if (!deepEqual(data, old.data)) problems.push(immutable('data', data ?? null));
    return problems;
  }
  if (data === null || data === undefined) problems.push(required('data', 'data is mandatory'));
  else if (typeof data !== 'object' || Array.isArray(data)) {
    problems.push(required('data', 'data must be a valid JSON object'));
  }
  return problems;
}

function controllerCell({ ownerReferences = [] }: Frozen<ObjectMeta>): string {
  const owner = ownerReferences.find(({ controller }) => controller);
  if (!owner) return '<none>';
  const kind = resourceName(parseApiVersion(owner.apiVersion)?.group ?? '', owner.kind);
  return `${kind.toLowerCase()}/${owner.name}`;
}

export const definition: ResourceDefinition<ControllerRevision> = {
  resource: 'controllerrevisions.apps',
  rechecksGenerateName: true,
  validate,
  cells: ({ metadata, revision }, nowMs) => [
    metadata.name,
    controllerCell(metadata),
    revision,
    since(metadata.creationTimestamp, nowMs),
  ],
};
