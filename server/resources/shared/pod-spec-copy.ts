import { type Frozen, thaw } from '../../base/freeze.ts';
import type { Container, PodSpec } from '../../kube/types.gen.ts';

const opened = (container: Frozen<Container>): Container => ({ ...container }) as Container;

/** Gives a spec containers of its own in place of those that were stored. */
export function openContainers(spec: PodSpec): void {
  if (spec.containers) spec.containers = spec.containers.map(opened);
  if (spec.initContainers) spec.initContainers = spec.initContainers.map(opened);
}

/**
 * A copy of a spec that many pods have, of which those parts may be changed that admission and the strategy of pods
 * change: fields of the spec and of its containers are set anew, nothing below them is changed in place.
 */
export function openPodSpec(spec: Frozen<PodSpec>): PodSpec {
  const { affinity, topologySpreadConstraints, resources } = spec;
  const copy: PodSpec = { ...(spec as PodSpec) };
  openContainers(copy);
  if (affinity) copy.affinity = thaw<PodSpec['affinity'] & {}>(affinity);
  if (topologySpreadConstraints)
    copy.topologySpreadConstraints = thaw<PodSpec['topologySpreadConstraints'] & {}>(topologySpreadConstraints);
  if (resources) copy.resources = thaw<PodSpec['resources'] & {}>(resources);
  return copy;
}
