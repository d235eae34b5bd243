import { pathSegmentProblems } from '../../kube/names.ts';
import type { Role } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { roleProblems, verbProblems } from '../shared/rbac-rules.ts';

export const definition: ResourceDefinition<Role> = {
  resource: 'roles.rbac.authorization.k8s.io',
  nameProblems: pathSegmentProblems,
  createOnUpdate: true,
  validate: ({ rules }) => [...roleProblems(rules, true), ...verbProblems(rules)],
};
