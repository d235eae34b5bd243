/** Habits of clients that hurt a real cluster, found in what they have asked for. */
import type { Catalog } from '../../registry/catalog.ts';
import type { ClusterJournal } from '../journal/journal.ts';
import { type Finding, findingOf, type LintRule } from './finding.ts';
import { bookmarks, deprecated, hotLists, polling, unpagedLists } from './read-rules.ts';
import { conflicts, fieldManagers, hotLoops, noOpWrites } from './write-rules.ts';

/** In the order in which findings are told. */
export const LINT_RULES: readonly LintRule[] = [
  hotLoops,
  noOpWrites,
  conflicts,
  unpagedLists,
  hotLists,
  polling,
  deprecated,
  fieldManagers,
  bookmarks,
];

/** What the command line and `cluster.apply()` call themselves: nobody's program that is tested. */
const OWN_AGENT = 'fauxkube';

/**
 * Looks at the requests after a mark, or since a time. Those of the server's own controllers are left out.
 *
 * @example
 * lint({ journal: cluster.journal, catalog: cluster.catalog }).map(({ rule, message }) => `${rule}: ${message}`)
 */
export function lint(
  { journal, catalog }: { readonly journal: ClusterJournal; readonly catalog: Catalog },
  since: number | Date = 0,
): Finding[] {
  const mark = typeof since === 'number' ? since : 0;
  const sinceMs = typeof since === 'number' ? Number.NEGATIVE_INFINITY : since.getTime();
  const entries = journal
    .after(mark)
    .filter(({ status, userAgent }) => status !== undefined && userAgent !== OWN_AGENT)
    .filter(({ info, receivedAtMs }) => info.isResource && receivedAtMs >= sinceMs);
  const requests = {
    entries,
    deprecationOf: ({ group, version, resource }: (typeof entries)[number]['info']) =>
      catalog.lookup(group, version, resource)?.store.definition.deprecation,
  };
  return LINT_RULES.flatMap((rule) => rule.find(requests).map((found) => findingOf(rule, found)));
}
