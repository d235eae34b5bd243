/** By what nodes are known that no machine stands behind. */
import { type Frozen, getOwn } from '../base/freeze.ts';
import type { Node } from './types.gen.ts';

/** What simulated nodes call their system: by it they are known after a restart. */
export const OS_IMAGE = 'fauxkube (simulated)';

/** What clients of kwok say of nodes that nobody runs. */
const KWOK_NODE = 'kwok.x-k8s.io/node';

/** Whether a node says of itself that it is simulated. */
export function isSimulated({ metadata, status }: Frozen<Node>): boolean {
  return status.nodeInfo.osImage === OS_IMAGE || getOwn(metadata.annotations, KWOK_NODE) === 'fake';
}
