import type { Cancel } from '../../server/base/clock.ts';
import type { Frozen } from '../../server/base/freeze.ts';
import { nodeAddress } from '../../server/kube/node-addresses.ts';
import type { Node } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';

/** Where a node is reached from within the cluster. */
export function internalAddress(node: Frozen<Node>): string | undefined {
  return node.status.addresses?.find(({ type }) => type === 'InternalIP')?.address;
}

/** Addresses for nodes that fixtures and clients make: they have no machine that would know its own. */
export class NodeAddresses {
  /** Uids of those who have an address, or will have. */
  readonly #takenBy = new Map<string, string>();
  readonly #chosen = new Map<string, string>();
  /** No address before it is free. */
  #from = 0;

  start(env: ControllerEnv): Cancel {
    return env.onChange<Node>('v1/nodes', ({ before, now }) => {
      const address = now && internalAddress(now);
      const addressBefore = before && internalAddress(before);
      if (before && (!now || address !== addressBefore)) this.#release(addressBefore, before.metadata.uid);
      if (before && !now) this.#release(this.#chosen.get(before.metadata.uid ?? ''), before.metadata.uid);
      if (now && address !== undefined) {
        this.#takenBy.set(address, now.metadata.uid ?? '');
        this.#chosen.delete(now.metadata.uid ?? '');
      }
    });
  }

  /** The address that was chosen for a node before, or the first that nobody has. */
  choose({ metadata: { uid = '' } }: Frozen<Node>): string {
    const before = this.#chosen.get(uid);
    if (before !== undefined) return before;
    while (this.#takenBy.has(nodeAddress(this.#from))) this.#from++;
    const address = nodeAddress(this.#from);
    this.#takenBy.set(address, uid);
    this.#chosen.set(uid, address);
    return address;
  }

  #release(address: string | undefined, uid = ''): void {
    if (address === undefined || this.#takenBy.get(address) !== uid) return;
    this.#takenBy.delete(address);
    this.#chosen.delete(uid);
    this.#from = 0;
  }
}
