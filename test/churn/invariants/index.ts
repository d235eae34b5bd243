import type { World } from '../world.ts';
import { jobs } from './jobs.ts';
import { ownership } from './ownership.ts';
import { pods } from './pods.ts';
import { quotas } from './quotas.ts';
import { allocations, endpoints } from './services.ts';
import type { State } from './state.ts';
import { storage } from './storage.ts';
import { workloads } from './workloads.ts';

/** What is not as it has to be once a cluster has come to rest. */
export async function violations(state: State, world: World): Promise<string[]> {
  const rules = [ownership, workloads, jobs, pods, endpoints, storage, quotas, namespaces];
  return [...rules.flatMap((rule) => rule(state)), ...(await allocations(state, world))];
}

/** Every namespace has what its controllers put there. */
function namespaces(state: State): string[] {
  return state.of('Namespace').flatMap(({ metadata: { name = '' } }) => {
    const has = (kind: string, wanted: string): boolean =>
      state.of(kind, name).some(({ metadata }) => metadata.name === wanted);
    return [
      ...(has('ServiceAccount', 'default') ? [] : [`Namespace ${name} has no service account`]),
      ...(has('ConfigMap', 'kube-root-ca.crt') ? [] : [`Namespace ${name} has no root certificate`]),
    ];
  });
}
