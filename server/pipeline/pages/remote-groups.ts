/** Groups in aggregated discovery, some of which other servers serve (resourceDiscoveryManager). */
import { compareVersions } from '../../kube/version-order.ts';
import type { GroupInfo } from '../../schema/type-table.ts';
import { type Aggregation, type DiscoveredVersion, serviceName } from '../aggregation/aggregation.ts';
import { type GroupEntry, groupEntry } from './aggregated-discovery.ts';

/** What a version has whose APIService does not say more. */
const PRIORITY = { group: 1000, version: 15 };

interface Ranked {
  readonly entry: DiscoveredVersion;
  readonly groupPriority: number;
  readonly versionPriority: number;
}

/** @param served in the order of their APIServices */
export async function groupEntries(served: readonly GroupInfo[], aggregation: Aggregation): Promise<GroupEntry[]> {
  const own = served.map(groupEntry);
  const services = aggregation.services();
  if (services.length === 0) return own;
  const remote = aggregation.hasRemotes ? await aggregation.discovered() : new Map<string, DiscoveredVersion>();
  const priorities = new Map(services.map(({ metadata, spec }) => [metadata.name ?? '', spec]));
  const groups = new Map<string, Map<string, Ranked>>();
  const add = (group: string, entry: DiscoveredVersion): void => {
    const spec = priorities.get(serviceName(group, entry.version));
    const versions = groups.get(group) ?? new Map<string, Ranked>();
    groups.set(group, versions);
    versions.set(entry.version, {
      entry,
      groupPriority: spec?.groupPriorityMinimum ?? PRIORITY.group,
      versionPriority: spec?.versionPriority ?? PRIORITY.version,
    });
  };
  for (const { metadata, versions } of own) for (const version of versions) add(metadata.name ?? '', version);
  // Whoever an APIService names takes a version from this server.
  for (const [name, entry] of remote) add(name.slice(entry.version.length + 1), entry);
  const sorted = [...groups].map(([name, versions]) => ({ name, versions: [...versions.values()].sort(byPriority) }));
  return sorted
    .sort((a, b) => rank(b) - rank(a) || (a.name < b.name ? -1 : 1))
    .map(({ name, versions }) => ({ metadata: { name }, versions: versions.map(({ entry }) => entry) }));
}

const byPriority = (a: Ranked, b: Ranked): number =>
  b.versionPriority - a.versionPriority || compareVersions(a.entry.version, b.entry.version);

/** The group of APIServices has none of its own, and comes first. */
const rank = ({ name, versions }: { name: string; versions: readonly Ranked[] }): number =>
  name === 'apiregistration.k8s.io'
    ? Number.POSITIVE_INFINITY
    : Math.max(...versions.map((each) => each.groupPriority));
