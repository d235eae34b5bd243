/** Versions of custom objects that policies want to see, where a webhook converts. */
import type { Served } from '../../registry/catalog.ts';
import type { Subject } from '../webhooks/subject.ts';
import type { PolicyEnv } from './env.ts';
import { type Constraints, MatchFault, matchOf } from './matching.ts';

/** Versions that an object cannot be shown in, and why. */
export type VersionFaults = ReadonlyMap<Served, string>;

/** The versions that policies want to see and that there are none of yet. */
export function unreadyVersions(
  hooks: readonly { readonly constraints: Constraints }[],
  subject: Subject,
  env: Pick<PolicyEnv, 'find'>,
): Served[] {
  if (!subject.asked.store.definition.conversions) return [];
  const found = hooks.map(({ constraints }) => matchOf(constraints, subject, env));
  const versions = found.filter((served): served is Served => served !== undefined && !(served instanceof MatchFault));
  return [...new Set(versions)].filter((served) => !subject.isReady(served));
}

/** Has an object converted: what could not be is told. */
export async function preparedIn(versions: readonly Served[], subject: Subject): Promise<VersionFaults> {
  const faults = new Map<Served, string>();
  for (const served of versions) {
    try {
      await subject.prepare(served);
    } catch (error) {
      faults.set(served, (error as Error).message);
    }
  }
  return faults;
}
