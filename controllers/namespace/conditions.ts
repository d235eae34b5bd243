/** What a namespace says about its deletion: pkg/controller/namespace/deletion, status_condition_utils.go. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { NamespaceCondition } from '../../server/kube/types.gen.ts';

/** What one pass over the content of a namespace found out. */
export interface Findings {
  /** Why the list of resources may be incomplete. */
  readonly discoveryError?: string;
  /** What could not be deleted. */
  readonly contentErrors: readonly string[];
  /** Objects that are left, by `plural.group`. Missing while pods hold up everything else. */
  readonly remaining?: ReadonlyMap<string, number>;
  /** Objects that are left, by finalizer. */
  readonly finalizers?: ReadonlyMap<string, number>;
}

interface Finding {
  readonly type: string;
  /** Reason and message when all is well. */
  readonly ok: readonly [string, string];
  /** The same when it is not. */
  readonly problem: (findings: Findings) => readonly [string, string] | undefined;
}

function counted(
  counts: ReadonlyMap<string, number> | undefined,
  text: (name: string, count: number) => string,
): string | undefined {
  if (!counts?.size) return undefined;
  return [...counts]
    .map(([name, count]) => text(name, count))
    .sort()
    .join(', ');
}

const FINDINGS: readonly Finding[] = [
  {
    type: 'NamespaceDeletionDiscoveryFailure',
    ok: ['ResourcesDiscovered', 'All resources successfully discovered'],
    problem: ({ discoveryError }) => (discoveryError === undefined ? undefined : ['DiscoveryFailed', discoveryError]),
  },
  {
    type: 'NamespaceDeletionGroupVersionParsingFailure',
    ok: ['ParsedGroupVersions', 'All legacy kube types successfully parsed'],
    problem: () => undefined,
  },
  {
    type: 'NamespaceDeletionContentFailure',
    ok: ['ContentDeleted', 'All content successfully deleted, may be waiting on finalization'],
    problem: ({ contentErrors }) => {
      if (contentErrors.length === 0) return undefined;
      const list = [...contentErrors].sort().join(', ');
      const text = `Failed to delete all resource types, ${contentErrors.length} remaining: ${list}`;
      return ['ContentDeletionFailed', text];
    },
  },
  {
    type: 'NamespaceContentRemaining',
    ok: ['ContentRemoved', 'All content successfully removed'],
    problem: ({ remaining }) => {
      const list = counted(remaining, (resource, count) => `${resource} has ${count} resource instances`);
      return list === undefined ? undefined : ['SomeResourcesRemain', `Some resources are remaining: ${list}`];
    },
  },
  {
    type: 'NamespaceFinalizersRemaining',
    ok: ['ContentHasNoFinalizers', 'All content-preserving finalizers finished'],
    problem: ({ finalizers }) => {
      const list = counted(finalizers, (finalizer, count) => `${finalizer} in ${count} resource instances`);
      const text = `Some content in the namespace has finalizers remaining: ${list}`;
      return list === undefined ? undefined : ['SomeFinalizersRemain', text];
    },
  },
];

/**
 * The conditions of a namespace after a pass.
 *
 * @returns undefined when they say so already
 */
export function updatedConditions(
  current: readonly Frozen<NamespaceCondition>[],
  findings: Findings,
  now: string,
): Frozen<NamespaceCondition>[] | undefined {
  const conditions = [...current];
  let isChanged = false;
  for (const { type, ok, problem } of FINDINGS) {
    const found = problem(findings);
    const [reason, message] = found ?? ok;
    const status = found ? 'True' : 'False';
    const at = conditions.findIndex((condition) => condition.type === type);
    const old = conditions[at];
    if (old && old.status === status && old.reason === reason && old.message === message) continue;
    const lastTransitionTime = old?.status === status ? old.lastTransitionTime : now;
    const next = { type, status, ...(lastTransitionTime !== undefined && { lastTransitionTime }), reason, message };
    conditions.splice(at < 0 ? conditions.length : at, at < 0 ? 0 : 1, next);
    isChanged = true;
  }
  return isChanged ? conditions : undefined;
}
