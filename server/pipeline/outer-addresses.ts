/** What is found at addresses that clients outside of a cluster use: of nodes, load balancers, and external ones. */
import type { Frozen } from '../base/freeze.ts';
import { isBalanced, networkAddresses } from '../kube/network/addresses.ts';
import { type Key, keyOf } from '../kube/object.ts';
import type { Node, Pod, Service, ServicePort } from '../kube/types.gen.ts';
import type { RegistryEnv } from '../registry/resource.ts';

/** A port of a service, or of one of the pods that may have it. */
export type Outer =
  | { readonly service: Key; readonly portName: string }
  | { readonly pods: readonly Key[]; readonly port: number; readonly node: string };

const isTcp = ({ protocol = 'TCP' }: { readonly protocol?: string | undefined }): boolean => protocol === 'TCP';

/** @returns undefined for an address that is nobody's */
export function outerAddress(registry: RegistryEnv, address: string, port: number): Outer | undefined {
  const services = registry.list('services').map(({ value }) => value as unknown as Frozen<Service>);
  const at = (wanted: (service: Frozen<Service>, port: Frozen<ServicePort>) => boolean): Outer | undefined => {
    for (const service of services)
      for (const each of service.spec.ports ?? [])
        if (isTcp(each) && wanted(service, each)) return { service: keyOf(service), portName: each.name ?? '' };
    return undefined;
  };
  const outside = at(
    (service, each) =>
      each.port === port && (isBalanced(service, address) || !!service.spec.externalIPs?.includes(address)),
  );
  if (outside) return outside;
  const node = registry
    .list('nodes')
    .map(({ value }) => value as unknown as Frozen<Node>)
    .find((each) => networkAddresses(each).includes(address))?.metadata.name;
  return node === undefined
    ? undefined
    : (at((_, each) => each.nodePort === port) ?? onNode(registry, node, address, port));
}

/** Host ports of a node's pods, and pods in its network. */
function onNode(registry: RegistryEnv, node: string, address: string, port: number): Outer {
  const pods = registry
    .list('pods')
    .map(({ value }) => value as unknown as Frozen<Pod>)
    .filter(({ spec }) => spec.nodeName === node);
  for (const pod of pods) {
    if (pod.spec.hostNetwork) continue;
    const found = (pod.spec.containers ?? [])
      .flatMap(({ ports }) => ports ?? [])
      .find(
        (each) => isTcp(each) && each.hostPort === port && ['', '0.0.0.0', '::', address].includes(each.hostIP ?? ''),
      );
    if (found) return { pods: [keyOf(pod)], port: found.containerPort, node };
  }
  return { pods: pods.filter(({ spec }) => spec.hostNetwork).map(keyOf), port, node };
}
