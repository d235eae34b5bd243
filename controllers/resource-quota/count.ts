import type { Frozen } from '../../server/base/freeze.ts';
import type { Amounts } from '../../server/kube/amounts.ts';
import { type KubeObject, resourceName } from '../../server/kube/object.ts';
import { countedResources } from '../../server/kube/quota/evaluators.ts';
import { totalUsage } from '../../server/kube/quota/total.ts';
import type { ResourceQuota } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';

/** What the objects of a quota's namespace use of what it limits. Names that stand for nothing are left out. */
export async function count({ metadata, spec }: Frozen<ResourceQuota>, env: ControllerEnv): Promise<Amounts> {
  const names = Object.keys(spec.hard ?? {});
  const served = (await env.client.resources()).filter(({ namespaced, preferred }) => namespaced && preferred);
  const objects = new Map<string, readonly Frozen<KubeObject>[]>();
  for (const resource of countedResources(names)) {
    const found = served.find((other) => resourceName(other.group, other.resource) === resource);
    if (found?.verbs.includes('list')) objects.set(resource, await env.client.list(found.id, metadata.namespace));
  }
  const known = names.filter((name) => countedResources([name]).some((resource) => objects.has(resource)));
  return totalUsage(spec, known, (resource) => objects.get(resource) ?? [], env.clock.now());
}
