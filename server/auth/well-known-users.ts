/** Names that authentication gives and authorization reads: k8s.io/apiserver/pkg/authentication/user. */
import type { User } from '../kube/object.ts';

export const ANONYMOUS = 'system:anonymous';
export const AUTHENTICATED = 'system:authenticated';
export const UNAUTHENTICATED = 'system:unauthenticated';
/** Members may do everything, whatever the roles say. */
export const MASTERS = 'system:masters';
export const NODES = 'system:nodes';

/** Tells in a user's extra which credential it came with. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id';

/** A request without credentials. */
export const ANONYMOUS_USER: User = { name: ANONYMOUS, groups: [UNAUTHENTICATED] };

/** Everybody with credentials is in `system:authenticated`, unless the groups say already which of the two it is. */
export function authenticated(user: User): User {
  const { name, groups } = user;
  if (name === ANONYMOUS || groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED)) return user;
  return { ...user, groups: [...groups, AUTHENTICATED] };
}
