/** Which requests are told of, and how much: k8s.io/apiserver/pkg/audit/policy/checker.go. */
import type { User } from '../../kube/object.ts';
import type { RequestInfo } from '../request-info.ts';

export const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;
export type AuditLevel = (typeof LEVELS)[number];

export const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic'] as const;
export type AuditStage = (typeof STAGES)[number];

export interface GroupResources {
  readonly group?: string;
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** A rule as the file has it. The first one that fits a request decides. */
export interface PolicyRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly GroupResources[];
  readonly namespaces?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
  readonly omitStages?: readonly AuditStage[];
  readonly omitManagedFields?: boolean;
}

export interface AuditPolicy {
  readonly rules: readonly PolicyRule[];
  /** Of every rule, besides its own. */
  readonly omitStages?: readonly AuditStage[];
  /** Where a rule says nothing. */
  readonly omitManagedFields?: boolean;
}

/** What is told of one request. */
export interface AuditExtent {
  readonly level: AuditLevel;
  readonly omitStages: readonly AuditStage[];
  readonly omitManagedFields: boolean;
}

/** @param user undefined for somebody unknown */
export function extentOf(policy: AuditPolicy, user: User | undefined, info: RequestInfo): AuditExtent {
  const { omitStages = [], omitManagedFields = false } = policy;
  const rule = policy.rules.find((candidate) => fits(candidate, user, info));
  if (!rule) return { level: 'None', omitStages, omitManagedFields };
  return {
    level: rule.level,
    omitStages: [...omitStages, ...(rule.omitStages ?? [])],
    omitManagedFields: rule.omitManagedFields ?? omitManagedFields,
  };
}

type List<T> = readonly T[] | undefined;

const isEmpty = (list: List<unknown>): boolean => list === undefined || list.length === 0;
/** An empty list is about everything. */
const holds = (list: List<string>, wanted: string): boolean => isEmpty(list) || list?.includes(wanted) === true;

function fits(rule: PolicyRule, user: User | undefined, info: RequestInfo): boolean {
  if (!isEmpty(rule.users) && !(user && rule.users?.includes(user.name))) return false;
  if (!isEmpty(rule.userGroups) && !user?.groups.some((group) => rule.userGroups?.includes(group))) return false;
  if (!holds(rule.verbs, info.verb)) return false;
  if (!isEmpty(rule.namespaces) || !isEmpty(rule.resources)) return fitsResource(rule, info);
  if (isEmpty(rule.nonResourceURLs)) return true;
  return !info.isResource && rule.nonResourceURLs?.some((url) => fitsPath(url, info.path)) === true;
}

function fitsResource({ namespaces, resources = [] }: PolicyRule, info: RequestInfo): boolean {
  if (!info.isResource || !holds(namespaces, info.namespace)) return false;
  return resources.length === 0 || resources.some((entry) => fitsGroup(entry, info));
}

function fitsGroup({ group = '', resources = [], resourceNames }: GroupResources, info: RequestInfo): boolean {
  if (group !== info.group && group !== '*') return false;
  if (resources.length === 0) return true;
  const { resource, subresource, name } = info;
  const whole = subresource === '' ? resource : `${resource}/${subresource}`;
  const isNamed = (text: string): boolean =>
    text === '*' ||
    text === whole ||
    (subresource !== '' && text === `*/${subresource}`) ||
    (text.endsWith('/*') && text.slice(0, -2) === resource);
  return holds(resourceNames, name) && resources.some(isNamed);
}

function fitsPath(url: string, path: string): boolean {
  return url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
}
