import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, immutable, invalid, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { qualifiedNameProblems } from '../../kube/names.ts';
import type { CSINode, CSINodeDriver } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { internalForm } from '../shared/internal-form.ts';
import { negativeProblems } from '../shared/number-rules.ts';
import { driverNameProblems } from '../shared/volume-source-rules.ts';

const PATH = 'spec.drivers';
const MAX_NODE_ID = 256;

function validate({ spec }: Frozen<CSINode>, old?: Frozen<CSINode>): FieldProblem[] {
  const drivers = spec.drivers ?? [];
  const problems = drivers.flatMap((driver, i) => driverProblems(driver, drivers, i));
  for (const before of old?.spec.drivers ?? []) {
    for (const driver of drivers) {
      if (driver.name !== before.name || sameButAllocatable(driver, before)) continue;
      const { allocatable: _allocatable, ...shown } = driver;
      problems.push(immutable(PATH, internalForm(shown, 'io.k8s.api.storage.v1.CSINodeDriver')));
    }
  }
  return problems;
}

function sameButAllocatable(a: Frozen<CSINodeDriver>, b: Frozen<CSINodeDriver>): boolean {
  return a.nodeID === b.nodeID && deepEqual(a.topologyKeys ?? [], b.topologyKeys ?? []);
}

function driverProblems(
  driver: Frozen<CSINodeDriver>,
  drivers: Frozen<CSINodeDriver[]>,
  index: number,
): FieldProblem[] {
  const { name, nodeID, allocatable, topologyKeys } = driver;
  const path = `${PATH}[${index}]`;
  const problems = driverNameProblems(`${path}.name`, name);
  if (nodeID === '') problems.push(required(`${path}.nodeID`));
  if (nodeID.length > MAX_NODE_ID) {
    problems.push(invalid(`${path}.nodeID`, nodeID, `must be ${MAX_NODE_ID} characters or less`));
  }
  problems.push(...negativeProblems(`${path}.allocatable.count`, allocatable?.count));
  if (drivers.findIndex((other) => other.name === name) < index) problems.push(duplicate(`${path}.name`, name));
  for (const [i, key] of (topologyKeys ?? []).entries()) {
    if (key === '') problems.push(required(path));
    if (topologyKeys?.indexOf(key) !== i) problems.push(duplicate(path, key));
    for (const detail of qualifiedNameProblems(key)) problems.push(invalid(path, key, detail));
  }
  return problems;
}

export const definition: ResourceDefinition<CSINode> = {
  resource: 'csinodes.storage.k8s.io',
  rechecksGenerateName: true,
  requiresResourceVersion: true,
  beforeCreate(node) {
    clearStatus(node, 'io.k8s.api.storage.v1.CSINodeStatus');
    return undefined;
  },
  validate,
  statusKeeps: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
  returnsDeleted: true,
  cells: ({ metadata, spec }, nowMs) => [
    metadata.name,
    spec.drivers?.length ?? 0,
    since(metadata.creationTimestamp, nowMs),
  ],
};
