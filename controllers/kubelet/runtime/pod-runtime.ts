import type { Frozen } from '../../../server/base/freeze.ts';
import type { Container, Pod } from '../../../server/kube/types.gen.ts';
import { type CommandEnd, endOfCommand } from './script.ts';

/** What runs the containers of pods, as far as the kubelet has to know. */
export interface PodRuntime {
  /** How a container ends by itself once it has begun; undefined when it runs until it is told to end. */
  endOf(pod: Frozen<Pod>, container: Frozen<Container>): CommandEnd | undefined;
}

/** Images whose own program serves, or waits, until it is told to end: whoever makes a job of one wants it to go on. */
const ENDLESS = /^(?:[^/]+\/)*(?:nginx|httpd|pause)(?:-[^/:@]+)?(?::[^/]*)?(?:@.*)?$/;

/** Containers do what their command says if it is known. Others run on; those of a job have done their work at once. */
export const simulatedRuntime: PodRuntime = {
  endOf(pod, { command, args, image = '' }) {
    const end = endOfCommand([...(command ?? []), ...(args ?? [])]);
    if (end) return end.afterMs === Number.POSITIVE_INFINITY ? undefined : end;
    if (command === undefined && ENDLESS.test(image)) return undefined;
    const owner = pod.metadata.ownerReferences?.find(({ controller }) => controller);
    return owner?.kind === 'Job' ? { exitCode: 0, afterMs: 0 } : undefined;
  },
};
