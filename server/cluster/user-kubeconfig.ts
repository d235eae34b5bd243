/** The users of generated kubeconfigs. */
import type { Pki } from '../auth/certificates.ts';
import { authenticated } from '../auth/well-known-users.ts';
import type { NamedUser, User } from '../kube/object.ts';
import { callOptions, textIn, WrongField } from '../kube/script-fields.ts';
import { kubeconfigText } from './kubeconfig.ts';

const ADMIN = { name: 'kubernetes-admin', groups: ['system:masters'] };

export const ADMIN_USER: User = { name: ADMIN.name, groups: [...ADMIN.groups, 'system:authenticated'] };

/** What somebody passes `transport()`: whoever has a name has logged in. @throws WrongField */
export function transportUser(user: NamedUser): User {
  const fields = callOptions(user, 'transport()', ['name', 'groups', 'uid', 'extra']);
  if (typeof fields.name !== 'string' || fields.name === '')
    throw new WrongField(`transport().name has to be a text, and is ${JSON.stringify(fields.name)}`);
  return authenticated({ ...user, groups: groupsIn(fields, 'transport()') });
}

/** Where the API is, and who asks it. */
export interface KubeconfigWish {
  readonly server: string;
  /** What the kubeconfig calls the cluster; `fauxkube` unless given. */
  readonly cluster?: string | undefined;
  /** The administrator unless given. */
  readonly user?: string | undefined;
  readonly groups?: readonly string[] | undefined;
}

/** A kubeconfig with a new certificate, which the cluster of the PKI believes. */
export function userKubeconfig(pki: Pki, { server, cluster, user, groups = [] }: KubeconfigWish): string {
  const subject = user === undefined ? ADMIN : { name: user, groups };
  const { key, cert } = pki.clientCertificate({ commonName: subject.name, organizations: subject.groups });
  return kubeconfigText({
    server,
    caCertificate: pki.servingCa,
    certificate: cert,
    key,
    ...(cluster !== undefined && { cluster }),
    ...(user !== undefined && { user, context: `${user}@${cluster ?? 'fauxkube'}` }),
  });
}

/** What somebody passes `kubeconfig()`. @throws WrongField */
export function kubeconfigOptions(options: unknown): Partial<KubeconfigWish> {
  const fields = callOptions(options, 'kubeconfig()', ['server', 'user', 'groups']);
  const groups = groupsIn(fields, 'kubeconfig()');
  return { ...textIn(fields, 'server', 'kubeconfig()'), ...textIn(fields, 'user', 'kubeconfig()'), groups };
}

function groupsIn({ groups = [] }: { readonly groups?: unknown }, call: string): readonly string[] {
  if (Array.isArray(groups) && groups.every((group): group is string => typeof group === 'string')) return groups;
  throw new WrongField(`${call}.groups has to be a list of texts, and is ${JSON.stringify(groups)}`);
}
