/** Pods are not resized beyond what their node has: PodResizeValidator. */
import { deepEqual, type Frozen, getOwn } from '../base/freeze.ts';
import { compareAmounts } from '../kube/amounts.ts';
import type { ApiError } from '../kube/api-error.ts';
import { goQuote } from '../kube/go-quote.ts';
import { totalOfPod } from '../kube/pod-amounts.ts';
import { quantityMilliValue, quantityValue } from '../kube/quantity.ts';
import type { Node, Pod } from '../kube/types.gen.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { finalRefusal } from './refusal.ts';

export function podResize(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'PodResizeValidator',
    handles: ({ operation, info, subresource }) =>
      operation === 'update' && info.resource === 'pods' && info.group === '' && subresource === 'resize',
    validate(review) {
      const pod = review.object as unknown as Frozen<Pod>;
      const { nodeName = '' } = pod.spec;
      if (nodeName === '' || deepEqual(pod.spec, review.old?.spec)) return;
      const node = env.find('nodes', { namespace: '', name: nodeName })?.value as unknown as Frozen<Node> | undefined;
      if (!node) throw finalRefusal(review, `node ${goQuote(nodeName)} not found`);
      const system = getOwn(node.metadata.labels, 'kubernetes.io/os');
      if (system !== undefined && system !== 'linux') {
        const only = 'pod resize is only supported on linux nodes';
        throw withCause(
          finalRefusal(review, `${only}, node ${goQuote(nodeName)} is ${goQuote(system)}`),
          'UnsupportedPlatform',
        );
      }
      const lacking = lackingOn(node, pod);
      if (lacking.length === 0) return;
      const why = `node didn't have enough allocatable resources: ${lacking.join('; ')}`;
      throw withCause(finalRefusal(review, why), 'NodeCapacity');
    },
  };
}

/** What the pod would need more of than all that there is: `cpu, requested: 9000, allocatable: 4000`. */
function lackingOn({ status }: Frozen<Node>, { spec }: Frozen<Pod>): string[] {
  const requests = totalOfPod(spec, 'requests');
  return [
    { name: 'cpu', shown: quantityMilliValue },
    { name: 'memory', shown: quantityValue },
  ].flatMap(({ name, shown }) => {
    const asked = getOwn(requests, name) ?? '0';
    const there = getOwn(status.allocatable, name) ?? '0';
    if (compareAmounts(asked, there) <= 0) return [];
    return [`${name}, requested: ${shown(asked)}, allocatable: ${shown(there)}`];
  });
}

function withCause(error: ApiError, reason: string): ApiError {
  error.status.details = { ...error.status.details, causes: [{ reason }] };
  return error;
}
