/** In which order groups and versions are listed (SortedByGroupAndVersion). */
import { compareVersions } from '../../kube/version-order.ts';
import type { ApiService } from './aggregation.ts';

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const nameOf = ({ metadata }: ApiService): string => metadata.name ?? '';

/** Versions of one group, most wanted first. */
export const byVersionPriority = (a: ApiService, b: ApiService): number =>
  b.spec.versionPriority - a.spec.versionPriority || compareVersions(a.spec.version ?? '', b.spec.version ?? '');

/** Groups by the highest priority that one of their versions asks for, then by the name of its APIService. */
export function sortedGroups(services: readonly ApiService[]): ApiService[][] {
  const groups = new Map<string, ApiService[]>();
  const byPriority = [...services].sort(
    (a, b) => b.spec.groupPriorityMinimum - a.spec.groupPriorityMinimum || byText(nameOf(a), nameOf(b)),
  );
  for (const service of byPriority) {
    const { group = '' } = service.spec;
    const known = groups.get(group);
    if (known) known.push(service);
    else groups.set(group, [service]);
  }
  return [...groups.values()].map((versions) => versions.sort(byVersionPriority));
}
