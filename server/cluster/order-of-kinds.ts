/** In which order objects are made whose kinds need one another: fixtures, and what a state is exported as. */

/** Kinds that others need; everything else follows. */
const FIRST = [
  'Namespace',
  'CustomResourceDefinition',
  'Node',
  'PriorityClass',
  'StorageClass',
  'RuntimeClass',
  'IngressClass',
  'LimitRange',
  'ResourceQuota',
  'ServiceAccount',
  'ClusterRole',
  'Role',
  'ClusterRoleBinding',
  'RoleBinding',
  'ConfigMap',
  'Secret',
  'PersistentVolume',
  'PersistentVolumeClaim',
  'Service',
];

/** Less for what comes first. @param late kinds that come after everything else, in their order */
export function rankOfKind(kind: string, late: readonly string[] = []): number {
  const [first, last] = [FIRST.indexOf(kind), late.indexOf(kind)];
  if (last >= 0) return FIRST.length + 1 + last;
  return first >= 0 ? first : FIRST.length;
}
