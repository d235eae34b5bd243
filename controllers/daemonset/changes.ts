import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod, PodTemplateSpec } from '../../server/kube/types.gen.ts';
import { DAEMON_SET, HASH } from '../lib/controller-revision.ts';
import { createPod, deletePod, podFromTemplate } from '../lib/pod-control.ts';
import { PODS } from '../lib/pods.ts';
import { slowStart } from '../lib/slow-start.ts';
import { GENERATION_LABEL, type Pass } from './pass.ts';
import { affinityTo } from './placement.ts';

/** BurstReplicas: no more pods than this are created or deleted before the informer has shown them. */
const BURST = 250;

/** What a daemon set needs: pods on some nodes, and others gone. */
export interface Changes {
  readonly create: readonly string[];
  readonly remove: readonly Frozen<Pod>[];
}

/** The template with what every pod of it carries (CreatePodTemplate). */
function podTemplate({ set, generation, tolerations }: Pass, hash: string): Frozen<PodTemplateSpec> {
  const { metadata, spec } = set.spec.template;
  const labels = { ...metadata.labels, ...(generation !== undefined && { [GENERATION_LABEL]: generation }) };
  return { metadata: { ...metadata, labels: { ...labels, [HASH]: hash } }, spec: { ...spec, tolerations } };
}

async function createPods(pass: Pass, nodes: readonly string[], hash: string): Promise<unknown> {
  const { env, key, set, expectations } = pass;
  const template = podTemplate(pass, hash);
  let next = 0;
  const { error } = await slowStart(nodes.length, async () => {
    const affinity = affinityTo(nodes[next++] ?? '', template.spec.affinity);
    const pod = podFromTemplate({ ...template, spec: { ...template.spec, affinity } }, set, DAEMON_SET);
    expectations.wrote(key, PODS, await createPod(env, set, pod));
  });
  return error;
}

async function deletePods({ env, key, set, expectations }: Pass, pods: readonly Frozen<Pod>[]): Promise<unknown> {
  const results = await Promise.allSettled(
    pods.map(async (pod) => {
      await deletePod(env, set, pod);
      expectations.deleted(key, PODS, pod);
    }),
  );
  return results.find((result) => result.status === 'rejected')?.reason;
}

/** Creates and deletes pods (syncNodes). @throws what went wrong first, after everything has been tried */
export async function change(pass: Pass, { create, remove }: Changes, hash: string): Promise<void> {
  const failures = [
    await createPods(pass, create.slice(0, BURST), hash),
    await deletePods(pass, remove.slice(0, BURST)),
  ];
  const failure = failures.find((error) => error !== undefined);
  if (failure !== undefined) throw failure;
}
