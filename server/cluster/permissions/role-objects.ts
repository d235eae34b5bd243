/** Roles and bindings that give a user what recorded rules say. */
import type { KubeObject } from '../../kube/object.ts';
import type { ScopedRule } from './recorded-rules.ts';

const GROUP = 'rbac.authorization.k8s.io';
const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** What a name of a role may not hold. */
const FORBIDDEN = /[/%\s]/g;

/**
 * A ClusterRole for what holds everywhere, a Role for each namespace, and their bindings.
 *
 * @example
 * roleObjects('system:serviceaccount:shop:operator', rules).map(({ kind }) => kind)
 */
export function roleObjects(user: string, rules: readonly ScopedRule[]): KubeObject[] {
  const account = SERVICE_ACCOUNT.exec(user);
  const name = account ? `${account[1]}-${account[2]}` : user.replace(FORBIDDEN, '-');
  const subject = account
    ? { kind: 'ServiceAccount', namespace: account[1], name: account[2] }
    : { kind: 'User', apiGroup: GROUP, name: user };
  const namespaces = [...new Set(rules.map(({ namespace = '' }) => namespace))].sort();
  return namespaces.flatMap((namespace) => {
    const prefix = namespace === '' ? 'Cluster' : '';
    const metadata = { name, ...(namespace !== '' && { namespace }) };
    const held = rules.filter((rule) => (rule.namespace ?? '') === namespace).map(plainRule);
    return [
      { apiVersion: `${GROUP}/v1`, kind: `${prefix}Role`, metadata, rules: held },
      {
        apiVersion: `${GROUP}/v1`,
        kind: `${prefix}RoleBinding`,
        metadata,
        roleRef: { apiGroup: GROUP, kind: `${prefix}Role`, name },
        subjects: [subject],
      },
    ];
  });
}

const plainRule = ({ namespace: _namespace, ...rule }: ScopedRule): object => rule;
