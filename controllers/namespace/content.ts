/** Deletes what is in a namespace: pkg/controller/namespace/deletion, deleteAllContent. */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { ServedResource } from '../../server/kube/transport.ts';
import type { Namespace, Pod } from '../../server/kube/types.gen.ts';
import type { Client } from '../lib/client.ts';
import { isPodTerminal, PODS } from '../lib/pods.ts';
import type { Findings } from './conditions.ts';

/** How long objects with finalizers are given (finalizerEstimateSeconds). */
const FINALIZERS_SECONDS = 15;

/** One pass over the content of a namespace. */
export interface Pass {
  readonly findings: Findings;
  /** How long what is left may still take; 0 when nothing is left. */
  readonly estimateSeconds: number;
}

/** What is left of one resource. */
interface Rest {
  readonly items: readonly Frozen<KubeObject>[];
  readonly estimateSeconds: number;
  readonly error?: string;
}

const GONE: Rest = { items: [], estimateSeconds: 0 };

/** Resources whose objects have to go with their namespace, in the version that discovery prefers. */
export function deletableResources(resources: readonly ServedResource[]): ServedResource[] {
  return resources.filter(({ namespaced, preferred, verbs }) => namespaced && preferred && verbs.includes('delete'));
}

/** Deletes everything in a namespace, pods first: as long as one of them runs, the rest stays. */
export async function deleteContent(
  client: Client,
  namespace: Frozen<Namespace>,
  resources: readonly ServedResource[],
  nowMs: number,
): Promise<Pass> {
  const contentErrors: string[] = [];
  const remaining = new Map<string, number>();
  const finalizers = new Map<string, number>();
  let estimateSeconds = 0;
  const pods = resources.find(({ id }) => id === PODS);
  for (const resource of pods ? [pods, ...resources.filter((other) => other !== pods)] : resources) {
    const rest = await deleteAll(client, resource, namespace, nowMs);
    if (rest.error !== undefined) contentErrors.push(rest.error);
    estimateSeconds = Math.max(estimateSeconds, rest.estimateSeconds);
    if (rest.items.length === 0) continue;
    // Upstream says nothing of what remains while it waits for pods.
    if (resource === pods) return { findings: { contentErrors }, estimateSeconds };
    remaining.set(`${resource.resource}.${resource.group}`, rest.items.length);
    for (const { metadata } of rest.items) {
      for (const finalizer of metadata.finalizers ?? [])
        finalizers.set(finalizer, (finalizers.get(finalizer) ?? 0) + 1);
    }
  }
  return { findings: { contentErrors, remaining, finalizers }, estimateSeconds };
}

async function deleteAll(
  client: Client,
  resource: ServedResource,
  { metadata }: Frozen<Namespace>,
  nowMs: number,
): Promise<Rest> {
  const { name: namespace = '', deletionTimestamp = '' } = metadata;
  let estimateSeconds = 0;
  try {
    if (!resource.verbs.includes('list')) {
      if (resource.verbs.includes('deletecollection'))
        await client.deleteCollection(resource.id, namespace, { propagationPolicy: 'Background' });
      return GONE;
    }
    const before = await client.list(resource.id, namespace);
    if (before.length === 0) return GONE;
    if (resource.id === PODS)
      estimateSeconds = graceSeconds(before as readonly Frozen<Pod>[], deletionTimestamp, nowMs);
    await deleteEach(client, resource, namespace, before);
    const items = await client.list(resource.id, namespace);
    const hasFinalizers = items.some((item) => item.metadata.finalizers?.length);
    if (items.length === 0 || estimateSeconds > 0)
      return { items, estimateSeconds: items.length === 0 ? 0 : estimateSeconds };
    if (hasFinalizers) return { items, estimateSeconds: FINALIZERS_SECONDS };
    const { group, version, resource: plural } = resource;
    const gvr = `${group}/${version}, Resource=${plural}`;
    const error = `unexpected items still remain in namespace: ${namespace} for gvr: ${gvr}`;
    return { items, estimateSeconds, error };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // Whatever is listed and not served is gone.
    return error.code === 404 || error.code === 405 ? GONE : { items: [], estimateSeconds, error: error.message };
  }
}

async function deleteEach(
  client: Client,
  resource: ServedResource,
  namespace: string,
  items: readonly Frozen<KubeObject>[],
): Promise<void> {
  // Background, whatever the kind's own default: nothing here is to be orphaned.
  const options = { propagationPolicy: 'Background' } as const;
  if (resource.verbs.includes('deletecollection')) return client.deleteCollection(resource.id, namespace, options);
  for (const item of items) {
    try {
      await client.delete(resource.id, keyOf(item), options);
    } catch (error) {
      if (!(error instanceof ApiError && error.code === 404)) throw error;
    }
  }
}

/** How long pods may take to stop; nothing once that time has passed since the namespace was deleted. */
function graceSeconds(pods: readonly Frozen<Pod>[], deletedAt: string, nowMs: number): number {
  const running = pods.filter((pod) => !isPodTerminal(pod));
  const longest = Math.max(0, ...running.map(({ spec }) => spec.terminationGracePeriodSeconds ?? 0));
  return nowMs - Date.parse(deletedAt) >= longest * 1000 ? 0 : longest;
}
