/** The kinds of an older Kubernetes version, out of those of the next newer one and what differs. */
import type { KindsFile, OlderKinds, ResourceRow } from './type-table-format.ts';

const rowKey = (group: string, version: string, resource: string): string => `${group}/${version}/${resource}`;

function withChanges<T>(
  before: Readonly<Record<string, T>>,
  changes: Readonly<Record<string, T | null>>,
): Record<string, T> {
  const all = new Map(Object.entries(before));
  for (const [key, value] of Object.entries(changes)) {
    if (value === null) all.delete(key);
    else all.set(key, value);
  }
  return Object.fromEntries([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function rowsOf({ groups }: KindsFile): Map<string, ResourceRow> {
  const rows = new Map<string, ResourceRow>();
  for (const { group, versions } of groups) {
    for (const { version, resources } of versions)
      for (const row of resources) rows.set(rowKey(group, version, row.name), row);
  }
  return rows;
}

/** The names alone, as a step lists them. */
export function namesOf({ groups }: KindsFile): NonNullable<OlderKinds['groups']> {
  return groups.map(({ group, versions }) => ({
    group,
    versions: versions.map(({ version, resources }) => ({ version, resources: resources.map(({ name }) => name) })),
  }));
}

/** One step back. */
export function olderKinds(newer: KindsFile, step: OlderKinds): KindsFile {
  const rows = rowsOf(newer);
  for (const [key, row] of Object.entries(step.resources)) rows.set(key, row);
  const row = (key: string): ResourceRow => {
    const found = rows.get(key);
    if (!found) throw new Error(`older-kinds.gen.json has no row of ${key} for ${step.gitVersion}`);
    return found;
  };
  const { gitVersion, itemDefaults, allKinds, patchVersion } = step;
  return {
    gitVersion,
    ...(itemDefaults !== undefined && { itemDefaults }),
    ...(allKinds !== undefined && { allKinds }),
    ...(patchVersion !== undefined && { patchVersion }),
    groups: (step.groups ?? namesOf(newer)).map(({ group, versions }) => ({
      group,
      versions: versions.map(({ version, resources }) => ({
        version,
        resources: resources.map((name) => row(rowKey(group, version, name))),
      })),
    })),
    kinds: withChanges(newer.kinds, step.kinds),
    parameters: withChanges(newer.parameters, step.parameters),
    types: withChanges(newer.types, step.types),
  };
}
