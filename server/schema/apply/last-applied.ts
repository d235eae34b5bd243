/**
 * The way from client-side to server-side apply: `kubectl apply --server-side` may take over what the annotation of
 * `kubectl apply` shows to be its own, and keeps the annotation up to date (lastAppliedManager, lastAppliedUpdater).
 */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { TypeDescription } from '../type-table.ts';
import { compareObjects } from './compare.ts';
import { configurationFault } from './configuration-check.ts';
import { fieldSetOf } from './field-set.ts';
import { difference, type FieldsV1 } from './fields-v1.ts';

export const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';

/** The manager that the annotation belongs to. */
export const KUBECTL = 'kubectl';

function lastApplied(text: string): { readonly apiVersion?: unknown } | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Fields of the last client-side apply that are still as they were applied. */
export function allowedByLastApplied(
  live: Frozen<KubeObject>,
  { type, apiVersion }: { readonly type: TypeDescription; readonly apiVersion: string },
): FieldsV1 | undefined {
  const text = live.metadata.annotations?.[LAST_APPLIED];
  const config = text ? lastApplied(text) : undefined;
  if (!config || config.apiVersion !== apiVersion || configurationFault(config, type) !== undefined) return undefined;
  const { changed, removed } = compareObjects(config, live, type);
  return difference(difference(fieldSetOf(config, type), changed), removed);
}

/** Keys in the order in which Go prints maps. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]));
}

/** The annotation's text for a configuration. */
export function lastAppliedText(config: { readonly metadata?: unknown }): string {
  const metadata = { ...(config.metadata as { annotations?: Record<string, unknown> | null } | undefined) };
  if (metadata.annotations) {
    const { [LAST_APPLIED]: _last, ...others } = metadata.annotations;
    metadata.annotations = others;
  }
  return `${JSON.stringify(sorted({ ...config, metadata }))}\n`;
}
