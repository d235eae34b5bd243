/** Ports of the host that pods take: fwk.HostPortInfo. */
import type { Frozen } from '../../server/base/freeze.ts';
import type { Pod } from '../../server/kube/types.gen.ts';

export interface HostPort {
  /** Protocol and number. */
  readonly port: string;
  readonly address: string;
}

const NONE: readonly HostPort[] = [];
const EVERY_ADDRESS = '0.0.0.0';

/** The host ports of all containers and sidecars. */
export function hostPortsOf({ spec }: Frozen<Pod>): readonly HostPort[] {
  let ports: HostPort[] | undefined;
  const sidecars = spec.initContainers?.filter(({ restartPolicy }) => restartPolicy === 'Always') ?? [];
  for (const container of sidecars.length > 0 ? [...(spec.containers ?? []), ...sidecars] : (spec.containers ?? [])) {
    for (const { hostPort = 0, protocol = 'TCP', hostIP = '' } of container.ports ?? []) {
      if (hostPort <= 0) continue;
      ports ??= [];
      ports.push({ port: `${protocol || 'TCP'} ${hostPort}`, address: hostIP || EVERY_ADDRESS });
    }
  }
  return ports ?? NONE;
}

/** Two pods cannot have the same port of the same address, and every address is all of them. */
export function portsConflict(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port) return false;
  return a.address === b.address || a.address === EVERY_ADDRESS || b.address === EVERY_ADDRESS;
}
