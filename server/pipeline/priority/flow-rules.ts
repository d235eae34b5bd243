/** Whether a request is one of those that a FlowSchema names: k8s.io/apiserver/pkg/util/flowcontrol/rule.go. */
import type { Frozen } from '../../base/freeze.ts';
import type { User } from '../../kube/object.ts';
import type {
  FlowSchema,
  NonResourcePolicyRule,
  PolicyRulesWithSubjects,
  ResourcePolicyRule,
  Subject,
} from '../../kube/types.gen.ts';
import type { RequestInfo } from '../request-info.ts';

const ANY = '*';
const SERVICE_ACCOUNT = 'system:serviceaccount:';

/** Whether any rule of a FlowSchema is about the request. */
export function matchesFlowSchema({ spec }: Frozen<FlowSchema>, user: User, info: RequestInfo): boolean {
  return (spec.rules ?? []).some((rule) => matchesRule(rule, user, info));
}

function matchesRule(rule: Frozen<PolicyRulesWithSubjects>, user: User, info: RequestInfo): boolean {
  if (!(rule.subjects ?? []).some((subject) => matchesSubject(subject, user))) return false;
  return info.isResource
    ? (rule.resourceRules ?? []).some((resources) => matchesResources(resources, info))
    : (rule.nonResourceRules ?? []).some((paths) => matchesPaths(paths, info));
}

function matchesSubject({ kind, user: named, group, serviceAccount }: Frozen<Subject>, user: User): boolean {
  if (kind === 'User') return named !== undefined && (named.name === ANY || named.name === user.name);
  if (kind === 'Group') return group !== undefined && (group.name === ANY || user.groups.includes(group.name));
  if (kind !== 'ServiceAccount' || !serviceAccount) return false;
  const account = `${SERVICE_ACCOUNT}${serviceAccount.namespace}:`;
  return serviceAccount.name === ANY ? user.name.startsWith(account) : user.name === account + serviceAccount.name;
}

function matchesResources(rule: Frozen<ResourcePolicyRule>, info: RequestInfo): boolean {
  const resource = info.subresource === '' ? info.resource : `${info.resource}/${info.subresource}`;
  return (
    holds(rule.verbs, info.verb) &&
    holds(rule.resources, resource) &&
    holds(rule.apiGroups, info.group) &&
    (info.namespace === '' ? rule.clusterScope === true : holds(rule.namespaces, info.namespace))
  );
}

function matchesPaths(rule: Frozen<NonResourcePolicyRule>, { verb, path }: RequestInfo): boolean {
  return holds(rule.verbs, verb) && (rule.nonResourceURLs ?? []).some((url) => matchesPath(url, path));
}

function matchesPath(url: string, path: string): boolean {
  if (url === ANY || url === path) return true;
  const prefix = url.endsWith('*') ? url.slice(0, -1) : url;
  return path.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

/** A wildcard is the only one of its list: validation sees to it. */
function holds(list: readonly string[] | null | undefined, wanted: string): boolean {
  return list != null && ((list.length === 1 && list[0] === ANY) || list.includes(wanted));
}
