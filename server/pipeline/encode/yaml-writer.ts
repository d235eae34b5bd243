import { type ScalarTag, stringify, type Tags } from 'yaml';

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

const FLOAT = 'tag:yaml.org,2002:float';

/** To the library a lone dot looks like a number, and would be quoted; go-yaml knows better. */
function withoutDot(tag: ScalarTag): ScalarTag {
  const { test } = tag;
  return test?.test('.') ? { ...tag, test: new RegExp(`(?!^\\.$)(?:${test.source})`, test.flags) } : tag;
}

const customTags = (tags: Tags): Tags =>
  tags.map((tag) => (typeof tag === 'object' && tag.tag === FLOAT ? withoutDot(tag as ScalarTag) : tag));

/**
 * YAML as kube-apiserver writes it: keys sorted, lists not indented, strings quoted where YAML 1.1 would read
 * something else.
 */
export function writeYaml(value: unknown): string {
  return stringify(sorted(value), { version: '1.1', indentSeq: false, lineWidth: 0, customTags });
}
