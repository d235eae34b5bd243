/** The subresource by which debuggers get into a pod: ValidatePodEphemeralContainersUpdate. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField } from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { EphemeralContainer, Pod } from '../../kube/types.gen.ts';
import type { Subresource } from '../../registry/resource.ts';
import { internalForm } from './internal-form.ts';
import { valueDiff } from './line-diff.ts';
import { isStatic, replaceParts, wholeForbidden } from './pod-parts.ts';
import { podProblems } from './pod-rules.ts';

const PATH = 'spec.ephemeralContainers';

const shown = (container: Frozen<EphemeralContainer>): unknown =>
  internalForm(container, 'io.k8s.api.core.v1.EphemeralContainer');

/** Containers may come, in any place, and then stay as they are. */
function changeProblems(pod: Frozen<Pod>, old: Frozen<Pod>): FieldProblem[] {
  const next = new Map((pod.spec.ephemeralContainers ?? []).map((container) => [container.name, container]));
  return (old.spec.ephemeralContainers ?? []).flatMap((container) => {
    const begin = `existing ephemeral containers ${goQuote(container.name)} may not be`;
    const now = next.get(container.name);
    if (!now) return [forbiddenField(PATH, `${begin} removed\n`)];
    if (deepEqual(now, container)) return [];
    return [forbiddenField(PATH, `${begin} changed\n${valueDiff(shown(container), shown(now))}`)];
  });
}

export const ephemeralContainers: Subresource = {
  part: {
    keepRest(object: KubeObject, old: Frozen<KubeObject>) {
      const pod = object as Pod;
      replaceParts(pod, old as Frozen<Pod>, {
        ephemeralContainers: pod.spec.ephemeralContainers as EphemeralContainer[],
      });
    },
    validate(object: Frozen<KubeObject>, old: Frozen<KubeObject>) {
      const [pod, before] = [object as Frozen<Pod>, old as Frozen<Pod>];
      if (isStatic(before)) return [wholeForbidden('static pods do not support ephemeral containers')];
      return [...podProblems(pod), ...changeProblems(pod, before)];
    },
  },
};
