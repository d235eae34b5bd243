/** Pods are not changed in ways that their node does not know of: NodeDeclaredFeatureValidator. */
import { deepEqual, type Frozen } from '../base/freeze.ts';
import { compareAmounts } from '../kube/amounts.ts';
import { goQuote } from '../kube/go-quote.ts';

import type { Node, Pod, PodSpec } from '../kube/types.gen.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { finalRefusal } from './refusal.ts';

type Spec = Frozen<PodSpec>;

/** What a change of a pod needs, in upstream's order (component-helpers/nodedeclaredfeatures). */
const FEATURES: readonly (readonly [name: string, isNeeded: (now: Spec, before: Spec) => boolean])[] = [
  ['InPlacePodLevelResourcesVerticalScaling', (now, before) => !deepEqual(now.resources, before.resources)],
  ['InPlacePodVerticalScalingInitContainers', resizesInitContainer],
  ['InPlacePodVerticalScalingMemoryBackedVolumes', resizesMemoryVolume],
];

/** Sidecars can be resized everywhere. */
function resizesInitContainer(now: Spec, { initContainers }: Spec): boolean {
  return (initContainers ?? []).some(
    ({ restartPolicy, resources }, i) =>
      restartPolicy !== 'Always' && !deepEqual(resources, now.initContainers?.[i]?.resources),
  );
}

function resizesMemoryVolume({ volumes: now = [] }: Spec, { volumes: before = [] }: Spec): boolean {
  if (now.length !== before.length) return false;
  return now.some(({ name, emptyDir }, i) => {
    const other = before[i];
    if (other?.name !== name || emptyDir?.medium !== 'Memory') return false;
    const [size, was] = [emptyDir.sizeLimit, other.emptyDir?.sizeLimit];
    return size !== undefined && was !== undefined && compareAmounts(size, was) !== 0;
  });
}

export function nodeDeclaredFeatures(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'NodeDeclaredFeatureValidator',
    handles: ({ operation, info, subresource }) =>
      operation === 'update' &&
      info.resource === 'pods' &&
      info.group === '' &&
      (subresource === undefined || subresource === 'resize'),
    validate(review) {
      const { spec: now } = review.object as unknown as Frozen<Pod>;
      const { spec: before } = review.old as unknown as Frozen<Pod>;
      const { nodeName = '' } = now;
      if (nodeName === '' || now === before) return;
      const needed = FEATURES.filter(([, isNeeded]) => isNeeded(now, before)).map(([name]) => name);
      if (needed.length === 0) return;
      const node = env.find('nodes', { namespace: '', name: nodeName })?.value as unknown as Frozen<Node> | undefined;
      if (!node) throw finalRefusal(review, `node ${goQuote(nodeName)} not found`);
      const { declaredFeatures = [] } = node.status;
      const missing = needed.filter((name) => !declaredFeatures.includes(name));
      if (missing.length === 0) return;
      const which = `${missing.join(', ')} which are not available on node ${goQuote(nodeName)}`;
      throw finalRefusal(review, `pod update requires features ${which}`);
    },
  };
}
