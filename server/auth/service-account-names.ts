/** How service accounts appear as users: k8s.io/apiserver/pkg/authentication/serviceaccount. */
import { dnsLabelProblems, dnsSubdomainProblems } from '../kube/names.ts';
import type { Key } from '../kube/object.ts';

const PREFIX = 'system:serviceaccount:';

/** The user name of a service account. */
export function serviceAccountUserName({ namespace, name }: Key): string {
  return `${PREFIX}${namespace}:${name}`;
}

/** The groups that every service account of a namespace is in. */
export function serviceAccountGroups(namespace: string): string[] {
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
}

/** The service account that a user name stands for. */
export function serviceAccountOf(userName: string): Key | undefined {
  if (!userName.startsWith(PREFIX)) return undefined;
  const parts = userName.slice(PREFIX.length).split(':');
  const [namespace = '', name = ''] = parts;
  if (parts.length !== 2 || dnsLabelProblems(namespace).length > 0 || dnsSubdomainProblems(name).length > 0) {
    return undefined;
  }
  return { namespace, name };
}
