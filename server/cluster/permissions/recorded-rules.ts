/** From permissions that were used to as few rules as say the same. */
import type { Use } from './used-permissions.ts';

/** A rule as a Role has it, and where it holds. */
export interface ScopedRule {
  /** Only in this namespace; in the whole cluster unless given. */
  readonly namespace?: string;
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly nonResourceURLs?: readonly string[];
}

const ORDER = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection'];

const place = (verb: string): number => {
  const index = ORDER.indexOf(verb);
  return index < 0 ? ORDER.length : index;
};

/** In the order in which people write them. */
const sortedVerbs = (verbs: Iterable<string>): string[] =>
  [...verbs].sort((a, b) => place(a) - place(b) || (a < b ? -1 : 1));

/** What holds for one resource, or for one path. */
interface Subject {
  readonly namespace: string;
  readonly group: string;
  readonly resource: string;
  readonly path: string;
  readonly names: readonly string[];
  readonly verbs: Set<string>;
}

/** @param withNames whether rules name the objects, where all uses did */
export function rulesOf(uses: Iterable<Use>, withNames: boolean): ScopedRule[] {
  const subjects = new Map<string, Subject>();
  for (const { namespace, group, resource, path, names, verb } of uses) {
    const named = withNames && names ? [...names].sort() : [];
    const key = JSON.stringify([namespace, group, resource, path, named]);
    const subject = subjects.get(key) ?? { namespace, group, resource, path, names: named, verbs: new Set<string>() };
    subjects.set(key, subject);
    subject.verbs.add(verb);
  }
  // Resources of one group with the same verbs are one rule.
  const rules = new Map<string, Subject[]>();
  for (const subject of subjects.values()) {
    const { namespace, group, names, verbs, path } = subject;
    const key = JSON.stringify([namespace, path === '', group, names, sortedVerbs(verbs)]);
    rules.set(key, [...(rules.get(key) ?? []), subject]);
  }
  return [...rules.values()].map(ruleOf).sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
}

function ruleOf(subjects: readonly Subject[]): ScopedRule {
  const [first] = subjects;
  if (!first) throw new Error('a rule is about something');
  const verbs = sortedVerbs(first.verbs);
  if (first.path !== '') return { verbs, nonResourceURLs: subjects.map(({ path }) => path).sort() };
  return {
    ...(first.namespace !== '' && { namespace: first.namespace }),
    verbs,
    apiGroups: [first.group],
    resources: subjects.map(({ resource }) => resource).sort(),
    ...(first.names.length > 0 && { resourceNames: first.names }),
  };
}

const sortKey = ({
  namespace = '',
  apiGroups = ['~'],
  resources = [],
  nonResourceURLs = [],
  verbs,
}: ScopedRule): string => [namespace, ...apiGroups, ...resources, ...nonResourceURLs, ...verbs].join('\n');

const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every((item) => typeof item === 'string');

/** Whether somebody's rule has the shape of one. */
export function isScopedRule(value: unknown): value is ScopedRule {
  if (typeof value !== 'object' || value === null) return false;
  const { namespace, verbs, apiGroups, resources, resourceNames, nonResourceURLs, ...others } = value as Record<
    string,
    unknown
  >;
  const lists = [apiGroups, resources, resourceNames, nonResourceURLs];
  const isPlace = namespace === undefined || (typeof namespace === 'string' && namespace !== '');
  const isAbout = isTexts(nonResourceURLs) || (isTexts(apiGroups) && isTexts(resources));
  const fits = isPlace && isAbout && isTexts(verbs) && Object.keys(others).length === 0;
  return fits && lists.every((list) => list === undefined || isTexts(list));
}
