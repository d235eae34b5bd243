import type { Frozen } from '../../../server/base/freeze.ts';
import type { KubeObject } from '../../../server/kube/object.ts';
import type { Node, Pod } from '../../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../../lib/controller.ts';
import { PodIps, podIPs } from '../pod-ips.ts';
import type { StageAddresses } from './template/kwok-functions.ts';

/** Addresses that Stages put into the status of pods: of the node's range, the same one for a pod as long as it is. */
export class PodAddresses implements StageAddresses {
  readonly #env: ControllerEnv;
  readonly #ranges = new Map<string, PodIps>();
  readonly #byUid = new Map<string, { readonly node: string; readonly address: string }>();

  constructor(env: ControllerEnv) {
    this.#env = env;
  }

  nodeIps(name: string): readonly string[] {
    return (this.#node(name)?.status.addresses ?? [])
      .filter(({ type }) => type === 'InternalIP')
      .map(({ address }) => address);
  }

  podIps(node: string, isHostNetwork: boolean, uid: string): readonly string[] {
    if (isHostNetwork) return this.nodeIps(node);
    const known = this.#byUid.get(uid);
    const ranges = this.#node(node)?.spec.podCIDRs;
    if (known) return podIPs(known.address, ranges);
    const address = this.#rangeOf(node)?.take();
    if (address === undefined) return [];
    this.#byUid.set(uid, { node, address });
    return podIPs(address, ranges);
  }

  release({ metadata: { uid = '' } }: Frozen<KubeObject>): void {
    const known = this.#byUid.get(uid);
    if (!known) return;
    this.#byUid.delete(uid);
    this.#ranges.get(known.node)?.release(known.address);
  }

  #node(name: string): Frozen<Node> | undefined {
    return this.#env.lister<Node>('v1/nodes').get({ namespace: '', name });
  }

  #rangeOf(name: string): PodIps | undefined {
    const cidr = this.#node(name)?.spec.podCIDR;
    let range = this.#ranges.get(name);
    if (range || !cidr) return range;
    range = new PodIps(cidr);
    for (const { metadata, status, spec } of this.#env.lister<Pod>('v1/pods').onNode(name)) {
      if (!status.podIP || spec.hostNetwork) continue;
      range.reserve(status.podIP);
      this.#byUid.set(metadata.uid ?? '', { node: name, address: status.podIP });
    }
    this.#ranges.set(name, range);
    return range;
  }
}
