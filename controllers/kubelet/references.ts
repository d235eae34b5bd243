/** What pods refer to and cannot do without: config maps and secrets, in variables and in volumes, and claims. */
import type { Frozen } from '../../server/base/freeze.ts';
import { aggregateText } from '../../server/kube/aggregate-text.ts';
import type { Pod } from '../../server/kube/types.gen.ts';
import { claimedVolumeProblem, isBeingBound } from './runtime/files/claimed-volume.ts';
import type { References } from './runtime/files/sources.ts';
import type { AnyContainer } from './runtime/pod-runtime.ts';
import { volumeProblems } from './volume-problems.ts';

type FrozenPod = Frozen<Pod>;

/** Why a container may not run as the user that it would run as (verifyRunAsNonRoot). */
export function userProblem(
  pod: FrozenPod,
  container: AnyContainer,
  imageUser: number | undefined,
): string | undefined {
  const { name, namespace, uid } = pod.metadata;
  const [own, ofPod] = [container.securityContext, pod.spec.securityContext];
  if (!(own?.runAsNonRoot ?? ofPod?.runAsNonRoot)) return undefined;
  const where = `(pod: "${name}_${namespace}(${uid})", container: ${container.name})`;
  const user = own?.runAsUser ?? ofPod?.runAsUser;
  if (user !== undefined) return user === 0 ? `container's runAsUser breaks non-root policy ${where}` : undefined;
  return imageUser === 0 ? `container has runAsNonRoot and image will run as root ${where}` : undefined;
}

/** A volume that cannot be mounted yet, and why. */
export interface MountProblem {
  readonly volume: string;
  readonly message: string;
  /** Whether it is over in a moment. */
  readonly passes?: boolean;
}

/** Which volumes of a pod cannot be mounted. */
export function mountProblems(pod: FrozenPod, refs: References): MountProblem[] {
  const problems: MountProblem[] = [];
  for (const volume of pod.spec.volumes ?? []) {
    const { name } = volume;
    const claim = claimedVolumeProblem(pod, volume, refs);
    const messages = volumeProblems(volume, pod, refs);
    if (claim !== undefined)
      problems.push({
        volume: name,
        passes: isBeingBound(pod, volume, refs),
        message:
          `Unable to attach or mount volumes: unmounted volumes=[${name}], unattached volumes=[], ` +
          `failed to process volumes=[${name}]: ${claim}`,
      });
    else if (messages.length > 0)
      problems.push({
        volume: name,
        message: `MountVolume.SetUp failed for volume "${name}" : ${aggregateText(messages)}`,
      });
  }
  return problems;
}
