import type { Key } from '../../../server/kube/object.ts';
import type { InformedObjects } from './informed-objects.ts';
import type { Origin } from './origin.ts';
import { type FlowEnd, isAllowed, type Protocol } from './policies.ts';

/** Whether pods may speak with each other, by the objects as they are when somebody asks. */
export class PolicyCheck {
  readonly #objects: InformedObjects;

  constructor(objects: InformedObjects) {
    this.#objects = objects;
  }

  /** Nodes are always let in to their own pods. */
  isAllowed(origin: Origin, to: FlowEnd, port: number, protocol: Protocol): boolean {
    const from = origin.hostNetwork ? { address: origin.address } : this.end(origin.key, origin.address);
    const isNode = !from.pod && this.#objects.nodeAt(from.address)?.metadata.name === origin.node;
    return isNode && this.#isOn(to, origin.node) ? true : isAllowed({ from, to, port, protocol }, this.#objects);
  }

  #isOn({ address, pod }: FlowEnd, node: string): boolean {
    const key = pod && this.#objects.podAt(address);
    return key !== undefined && this.#objects.pod(key)?.spec.nodeName === node;
  }

  /** One end of a connection: pods in the network of their node are that node. */
  end(key: Key | undefined, address: string): FlowEnd {
    const pod = key && this.#objects.pod(key);
    if (!pod || pod.spec.hostNetwork) return { address };
    const { containers, initContainers } = pod.spec;
    return {
      address,
      pod: {
        namespace: pod.metadata.namespace ?? '',
        labels: pod.metadata.labels ?? {},
        portNamed: (wanted, protocol) =>
          [...(containers ?? []), ...(initContainers ?? [])]
            .flatMap(({ ports }) => ports ?? [])
            .find((port) => port.name === wanted && (port.protocol ?? 'TCP') === protocol)?.containerPort,
      },
    };
  }
}
