import type { Frozen } from '../../base/freeze.ts';
import type { Container, PodSpec } from '../../kube/types.gen.ts';

export interface ContainerAt {
  readonly container: Frozen<Container>;
  /** Its path, such as `spec.initContainers[0]`. */
  readonly at: string;
}

/** Every container of a pod in upstream's order (VisitContainersWithPath): init, regular, ephemeral. */
export function containersWithPaths(spec: Frozen<PodSpec>, path: string): ContainerAt[] {
  return (['initContainers', 'containers', 'ephemeralContainers'] as const).flatMap((field) =>
    (spec[field] ?? []).map((container, i) => ({
      container: container as Frozen<Container>,
      at: `${path}.${field}[${i}]`,
    })),
  );
}

/** Whether an init container keeps running beside the others: a sidecar. */
export const isSidecar = ({ restartPolicy }: Pick<Frozen<Container>, 'restartPolicy'>): boolean =>
  restartPolicy === 'Always';
