import { pathSegmentProblems } from '../../kube/names.ts';
import type { RoleBinding } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { bindingCells, bindingProblems, fillBindingDefaults } from '../shared/rbac-rules.ts';

export const definition: ResourceDefinition<RoleBinding> = {
  resource: 'rolebindings.rbac.authorization.k8s.io',
  nameProblems: pathSegmentProblems,
  createOnUpdate: true,
  fillDefaults: fillBindingDefaults,
  validate: (binding, old) => bindingProblems(binding, old, ['Role', 'ClusterRole'], true),
  cells: bindingCells,
};
