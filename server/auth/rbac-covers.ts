/** Whether rules give everything that others give: k8s.io/component-helpers/auth/rbac/validation. */
import { goQuote } from '../kube/go-quote.ts';
import type { PolicyRule } from '../kube/types.gen.ts';
import type { Rule } from './rbac-rules.ts';

const NONE: readonly string[] = [];

/**
 * What `wanted` gives and `held` does not, taken apart until each part has one verb and one resource: such a part is
 * covered by one rule or by none.
 */
export function uncovered(held: readonly Rule[], wanted: readonly Rule[]): PolicyRule[] {
  return wanted.flatMap(partsOf).filter((part) => !held.some((rule) => covers(rule, part)));
}

function partsOf(rule: Rule): PolicyRule[] {
  const { apiGroups = NONE, resources = NONE, resourceNames = NONE, nonResourceURLs = NONE } = rule;
  const verbs = rule.verbs ?? NONE;
  const parts: PolicyRule[] = [];
  for (const group of apiGroups)
    for (const resource of resources)
      for (const verb of verbs) {
        const part = { apiGroups: [group], resources: [resource], verbs: [verb] };
        if (resourceNames.length === 0) parts.push(part);
        for (const name of resourceNames) parts.push({ ...part, resourceNames: [name] });
      }
  for (const url of nonResourceURLs) for (const verb of verbs) parts.push({ nonResourceURLs: [url], verbs: [verb] });
  return parts;
}

/** @param part has one verb, and one resource or one path */
function covers(rule: Rule, part: PolicyRule): boolean {
  const { apiGroups = NONE, resources = NONE, resourceNames = NONE, nonResourceURLs = NONE } = rule;
  if (!includesAll(rule.verbs ?? NONE, part.verbs ?? NONE) || !includesAll(apiGroups, part.apiGroups ?? NONE))
    return false;
  if (!(part.resources ?? NONE).every((resource) => coversResource(resources, resource))) return false;
  if (!(part.nonResourceURLs ?? NONE).every((path) => nonResourceURLs.some((url) => coversPath(url, path))))
    return false;
  if (resourceNames.length === 0) return true;
  const names = part.resourceNames ?? NONE;
  return names.length > 0 && names.every((name) => resourceNames.includes(name));
}

function includesAll(values: readonly string[], wanted: readonly string[]): boolean {
  return values.includes('*') || wanted.every((value) => values.includes(value));
}

function coversResource(resources: readonly string[], wanted: string): boolean {
  if (resources.includes('*') || resources.includes(wanted)) return true;
  const slash = wanted.indexOf('/');
  return slash >= 0 && resources.includes(`*${wanted.slice(slash)}`);
}

function coversPath(url: string, path: string): boolean {
  return url === path || (url.endsWith('*') && path.startsWith(url.replace(/\*+$/, '')));
}

/**
 * Parts as a refusal lists them: a line for each resource, with its verbs together, in order.
 *
 * @example
 * // {APIGroups:[""], Resources:["pods"], Verbs:["get" "list"]}
 */
export function describeParts(parts: readonly PolicyRule[]): string {
  const verbs = new Map<string, { part: PolicyRule; verbs: string[] }>();
  const lines = new Set<string>();
  for (const part of parts) {
    // Verbs of paths are not put together upstream.
    if (part.nonResourceURLs) {
      lines.add(lineOf(part));
      continue;
    }
    const key = JSON.stringify([part.apiGroups, part.resources, part.resourceNames]);
    const known = verbs.get(key);
    if (known) known.verbs.push(...(part.verbs ?? NONE));
    else verbs.set(key, { part, verbs: [...(part.verbs ?? NONE)] });
  }
  for (const known of verbs.values()) lines.add(lineOf({ ...known.part, verbs: known.verbs }));
  return [...lines].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))).join('\n');
}

function lineOf({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const fields: [string, readonly string[] | null | undefined][] = [
    ['APIGroups', apiGroups],
    ['Resources', resources],
    ['NonResourceURLs', nonResourceURLs],
    ['ResourceNames', resourceNames],
    ['Verbs', verbs],
  ];
  const given = fields.flatMap(([name, values]) => (values?.length ? [`${name}:${quotedList(values)}`] : []));
  return `{${given.join(', ')}}`;
}

/** A list of texts as Go prints it with %q. */
export function quotedList(values: readonly string[]): string {
  return `[${values.map(goQuote).join(' ')}]`;
}
