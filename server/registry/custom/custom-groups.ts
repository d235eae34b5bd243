/** The groups of a cluster with those of custom resources, as discovery lists them. */
import { compareVersions } from '../../kube/version-order.ts';
import type { GroupInfo, ResourceInfo } from '../../schema/type-table.ts';
import type { CustomKind } from './custom-kind.ts';

type Versions = Map<string, ResourceInfo[]>;

/**
 * Groups of custom resources come last, in the order of their APIServices (`v1.example.com`); a group that is built in
 * gets the versions that it does not have.
 */
export function withCustomGroups(builtIn: readonly GroupInfo[], kinds: Iterable<CustomKind>): readonly GroupInfo[] {
  const groups = new Map<string, Versions>();
  for (const { isEstablished, versions } of kinds) {
    if (!isEstablished) continue;
    for (const { served } of versions) {
      const { info } = served;
      const found: Versions = groups.get(info.group) ?? new Map<string, ResourceInfo[]>();
      groups.set(info.group, found);
      found.set(info.version, [...(found.get(info.version) ?? []), info]);
    }
  }
  if (groups.size === 0) return builtIn;
  const own = builtIn.map((info) => {
    const added = groups.get(info.group);
    groups.delete(info.group);
    if (!added) return info;
    for (const { version } of info.versions) added.delete(version);
    return { group: info.group, versions: [...info.versions, ...versionsOf(added)] };
  });
  const custom = [...groups].map(([group, versions]) => ({ group, versions: versionsOf(versions) }));
  return [...own, ...custom.sort((a, b) => (firstService(a) < firstService(b) ? -1 : 1))];
}

const firstService = ({ group, versions }: GroupInfo): string =>
  versions.map(({ version }) => `${version}.${group}`).sort()[0] ?? '';

function versionsOf(versions: Versions): GroupInfo['versions'] {
  return [...versions]
    .sort(([a], [b]) => compareVersions(a, b))
    .map(([version, resources]) => ({
      version,
      resources: resources.sort((a, b) => (a.resource < b.resource ? -1 : 1)),
    }));
}
