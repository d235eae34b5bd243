/** What nodes have for their pods: addresses and images. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Node, Pod } from '../../server/kube/types.gen.ts';
import type { ControllerEnv } from '../lib/controller.ts';
import { PodIps } from './pod-ips.ts';
import { parseImage } from './runtime/image-reference.ts';

export class NodeStock {
  readonly #ips = new Map<string, PodIps>();
  readonly #images = new Map<string, Set<string>>();
  /** All that pods have. A node that comes back gets other addresses than before, and its pods keep theirs. */
  readonly #addresses = new Set<string>();

  /** The address that the pod has already, the node's own for host networking, or a new one if any is left. */
  address(pod: Frozen<Pod>, node: Frozen<Node>, hostIP: string, env: ControllerEnv): string | undefined {
    if (pod.spec.hostNetwork) return hostIP;
    const ips = this.#ipsOf(node, env);
    if (!ips) return undefined;
    const podIP = pod.status.podIP ?? this.#takeFrom(ips);
    if (podIP === undefined) return undefined;
    ips.reserve(podIP);
    this.#addresses.add(podIP);
    return podIP;
  }

  #takeFrom(ips: PodIps): string | undefined {
    const passed: string[] = [];
    let podIP = ips.take();
    for (; podIP !== undefined && this.#addresses.has(podIP); podIP = ips.take()) passed.push(podIP);
    for (const address of passed) ips.release(address);
    return podIP;
  }

  release(node: string, podIP: string): void {
    this.#addresses.delete(podIP);
    this.#ips.get(node)?.release(podIP);
  }

  #ipsOf(node: Frozen<Node>, env: ControllerEnv): PodIps | undefined {
    const name = node.metadata.name ?? '';
    let ips = this.#ips.get(name);
    if (ips || !node.spec.podCIDR) return ips;
    ips = new PodIps(node.spec.podCIDR);
    for (const pod of env.lister<Pod>('v1/pods').onNode(name))
      if (pod.status.podIP && !pod.spec.hostNetwork) ips.reserve(pod.status.podIP);
    this.#ips.set(name, ips);
    return ips;
  }

  /** Images that lie on a node: those that its status names, and those that were pulled for its pods. */
  images(node: Frozen<Node>, env: ControllerEnv): Set<string> {
    const name = node.metadata.name ?? '';
    let images = this.#images.get(name);
    if (images) return images;
    images = new Set();
    for (const { names } of node.status.images ?? []) for (const image of names ?? []) add(images, image);
    for (const { status } of env.lister<Pod>('v1/pods').onNode(name))
      for (const { image, containerID } of status.containerStatuses ?? [])
        if (containerID !== undefined) add(images, image);
    this.#images.set(name, images);
    return images;
  }

  /** A node that is gone takes with it what it had. */
  forgetNode(name: string): void {
    this.#ips.delete(name);
    this.#images.delete(name);
  }
}

function add(images: Set<string>, image: string): void {
  const reference = parseImage(image);
  if (typeof reference !== 'string') images.add(reference.text);
}
