/** Rules for pods, whichever way they are written: validatePodMetadataAndSpec. */
import type { Frozen } from '../../base/freeze.ts';
import { RecentWeakMap } from '../../base/recent-weak-map.ts';
import { type FieldProblem, forbiddenField, invalid } from '../../kube/field-problem.ts';
import type { Container, Pod } from '../../kube/types.gen.ts';
import { negativeProblems } from './number-rules.ts';
import { podAnnotationProblems } from './pod-annotation-rules.ts';
import { type ChangedField, soundContainerChanges } from './pod-container-changes.ts';
import { podSpecProblems } from './pod-spec-rules.ts';

function imageProblems(containers: Frozen<Container[]> | null | undefined, path: string): FieldProblem[] {
  return (containers ?? []).flatMap(({ image = '' }, i) =>
    image === image.trim()
      ? []
      : [invalid(`${path}[${i}].image`, image, 'must not have leading or trailing whitespace')],
  );
}

/** Tokens for nobody. */
function tokenProblems({ serviceAccountName, volumes = [] }: Frozen<Pod['spec']>): FieldProblem[] {
  if (serviceAccountName) return [];
  const detail = 'must not be specified when serviceAccountName is not set';
  return volumes.flatMap(({ projected }, i) =>
    (projected?.sources ?? []).flatMap(({ serviceAccountToken }, j) =>
      serviceAccountToken
        ? [forbiddenField(`spec.volumes[${i}].projected.sources[${j}].serviceAccountToken`, detail)]
        : [],
    ),
  );
}

/** About as many as there are pods that somebody changes at the same time: each has a spec of its own on its node. */
const SPECS_MAX = 2048;

/**
 * Specs in which no problem was found. The pods of a template share theirs, so it is looked at once. One that is not
 * frozen yet counts once it is: nothing changes an object between the last look at it and the storage.
 */
const soundSpecs = new RecentWeakMap<Frozen<Pod['spec']>, true>(SPECS_MAX);

const isSound = (spec: Frozen<Pod['spec']>): boolean => Object.isFrozen(spec) && soundSpecs.get(spec) === true;

function specProblems(spec: Frozen<Pod['spec']>, podName: string): FieldProblem[] {
  if (isSound(spec)) return [];
  const problems = [
    ...podSpecProblems(spec, 'spec', { isPod: true, podName }),
    ...tokenProblems(spec),
    ...negativeProblems('spec.terminationGracePeriodSeconds', spec.terminationGracePeriodSeconds),
    ...imageProblems(spec.containers, 'spec.containers'),
    ...imageProblems(spec.initContainers, 'spec.initContainers'),
  ];
  // The claims of ephemeral volumes are named after the pod: each may be wrong for itself.
  const hasOwnRules = spec.volumes?.some(({ ephemeral }) => ephemeral) ?? false;
  if (problems.length === 0 && !hasOwnRules) soundSpecs.set(spec, true);
  return problems;
}

/**
 * What changed between two specs, if the old one was found right and no more changed than fields of containers which
 * are right by themselves. Then the new one is right, too.
 */
export function soundChanges(spec: Frozen<Pod['spec']>, old: Frozen<Pod['spec']>): readonly ChangedField[] | undefined {
  if (!isSound(old)) return undefined;
  const changes = spec === old ? [] : soundContainerChanges(spec, old);
  if (changes && spec !== old) soundSpecs.set(spec, true);
  return changes;
}

/**
 * Problems of a pod's annotations and spec.
 *
 * @param isSoundSpec whether it is known that the spec has none
 */
export function podProblems({ metadata, spec }: Frozen<Pod>, isSoundSpec = false): FieldProblem[] {
  return [
    ...podAnnotationProblems(metadata.annotations, spec, 'metadata.annotations'),
    ...(isSoundSpec ? [] : specProblems(spec, metadata.name ?? '')),
  ];
}
