import { pathSegmentProblems } from '../../kube/names.ts';
import type { ClusterRoleBinding } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { bindingCells, bindingProblems, fillBindingDefaults } from '../shared/rbac-rules.ts';

export const definition: ResourceDefinition<ClusterRoleBinding> = {
  resource: 'clusterrolebindings.rbac.authorization.k8s.io',
  nameProblems: pathSegmentProblems,
  createOnUpdate: true,
  fillDefaults: fillBindingDefaults,
  validate: (binding, old) => bindingProblems(binding, old, ['ClusterRole'], false),
  cells: bindingCells,
};
