import { stringify } from 'yaml';

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/**
 * YAML as kube-apiserver writes it: keys sorted, lists not indented, strings quoted where YAML 1.1 would read
 * something else.
 */
export function writeYaml(value: unknown): string {
  return stringify(sorted(value), { version: '1.1', indentSeq: false, lineWidth: 0 });
}
