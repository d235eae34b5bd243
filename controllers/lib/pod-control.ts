/** Creating and deleting the pods of a workload, with the Events that tell of it: RealPodControl of pkg/controller. */
import type { Frozen } from '../../server/base/freeze.ts';
import { ApiError } from '../../server/kube/api-error.ts';
import { type KubeObject, keyOf } from '../../server/kube/object.ts';
import type { Pod, PodTemplateSpec } from '../../server/kube/types.gen.ts';
import { type ControllerKind, controllerRefTo } from './adopt.ts';
import type { ControllerEnv } from './controller.ts';
import { PODS } from './pods.ts';
import { isTerminating } from './terminating.ts';

const NAME_MAX = 253;

/** The beginning of the names of a workload's pods. */
export function podNamePrefix(owner: string): string {
  return owner.length < NAME_MAX ? `${owner}-` : owner;
}

/** A new pod as the template wants it; the caller may give it a name, labels or a node before it is created. */
export function podFromTemplate(
  template: Frozen<PodTemplateSpec>,
  owner: Frozen<KubeObject>,
  kind: ControllerKind,
): KubeObject {
  const { labels, annotations, finalizers } = template.metadata ?? {};
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      generateName: podNamePrefix(owner.metadata.name ?? ''),
      namespace: owner.metadata.namespace ?? '',
      ...(labels && { labels: { ...labels } }),
      ...(annotations && { annotations: { ...annotations } }),
      ...(finalizers && { finalizers: [...finalizers] }),
      ownerReferences: [controllerRefTo(owner, kind)],
    },
    spec: template.spec,
  };
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** @throws ApiError, after an Event has told of it */
export async function createPod(env: ControllerEnv, owner: Frozen<KubeObject>, pod: KubeObject): Promise<Frozen<Pod>> {
  try {
    const created = await env.client.create<Pod>(PODS, pod);
    env.event(owner, 'Normal', 'SuccessfulCreate', `Created pod: ${created.metadata.name}`);
    return created;
  } catch (error) {
    if (!isTerminating(error)) env.event(owner, 'Warning', 'FailedCreate', `Error creating: ${messageOf(error)}`);
    throw error;
  }
}

/** A pod that is gone already is no failure. @throws Error in upstream's words, after an Event has told of it */
export async function deletePod(env: ControllerEnv, owner: Frozen<KubeObject>, pod: Frozen<Pod>): Promise<void> {
  try {
    await env.client.delete(PODS, keyOf(pod));
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return;
    env.event(owner, 'Warning', 'FailedDelete', `Error deleting: ${messageOf(error)}`);
    throw new Error(`unable to delete pods: ${messageOf(error)}`, { cause: error });
  }
  env.event(owner, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`);
}
