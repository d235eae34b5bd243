/** Rules for annotations that kubelets and controllers read: ValidatePodSpecificAnnotations. */
import type { Frozen } from '../../base/freeze.ts';
import { getOwn } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid } from '../../kube/field-problem.ts';
import type { PodSpec } from '../../kube/types.gen.ts';
import { descendingPathProblems } from './path-rules.ts';
import { containersWithPaths } from './pod-containers.ts';

const MIRROR = 'kubernetes.io/config.mirror';
const DELETION_COST = 'controller.kubernetes.io/pod-deletion-cost';
const SECCOMP_POD = 'seccomp.security.alpha.kubernetes.io/pod';
const SECCOMP_CONTAINER = 'container.seccomp.security.alpha.kubernetes.io/';
const APP_ARMOR = 'container.apparmor.security.beta.kubernetes.io/';
const INT32 = /^(0|-?[1-9]\d*)$/;

type Annotations = Readonly<Record<string, string>> | undefined;

function seccompProblems(path: string, profile: string): FieldProblem[] {
  if (['runtime/default', 'docker/default', 'unconfined'].includes(profile)) return [];
  if (profile.startsWith('localhost/')) return descendingPathProblems(path, profile.slice('localhost/'.length));
  return [invalid(path, profile, 'must be a valid seccomp profile')];
}

function appArmorProblems(key: string, profile: string, spec: Frozen<PodSpec>, path: string): FieldProblem[] {
  const name = key.slice(APP_ARMOR.length);
  const isKnown = containersWithPaths(spec, '').some(({ container }) => container.name === name);
  const isProfile = ['', 'runtime/default', 'unconfined'].includes(profile) || profile.startsWith('localhost/');
  return [
    ...(isKnown ? [] : [invalid(`${path}[${key}]`, name, 'container not found')]),
    ...(isProfile
      ? []
      : [invalid(`${path}[${key}]`, profile, `invalid AppArmor profile name: ${JSON.stringify(profile)}`)]),
  ];
}

function costProblems(path: string, cost: string | undefined): FieldProblem[] {
  if (cost === undefined) return [];
  const isNumber = INT32.test(cost) && Math.abs(Number(cost)) <= 2 ** 31 && Number(cost) !== 2 ** 31;
  return isNumber ? [] : [invalid(`${path}[${DELETION_COST}]`, cost, 'must be a 32bit integer')];
}

/** Rules for the annotations of a pod or a pod template. */
export function podAnnotationProblems(annotations: Annotations, spec: Frozen<PodSpec>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const mirror = getOwn(annotations, MIRROR);
  if (mirror !== undefined && !spec.nodeName) {
    problems.push(invalid(`${path}[${MIRROR}]`, mirror, 'must set spec.nodeName if mirror pod annotation is set'));
  }
  problems.push(...costProblems(path, getOwn(annotations, DELETION_COST)));
  for (const key in annotations) {
    if (key === SECCOMP_POD || key.startsWith(SECCOMP_CONTAINER))
      problems.push(...seccompProblems(`${path}.${key}`, annotations[key] ?? ''));
  }
  for (const key in annotations) {
    if (key.startsWith(APP_ARMOR)) problems.push(...appArmorProblems(key, annotations[key] ?? '', spec, path));
  }
  return problems;
}

/** Annotations of a pod that cannot change. */
export function podAnnotationUpdateProblems(
  annotations: Annotations,
  before: Annotations,
  path: string,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const refuse = (key: string, verb: string): void => {
    if (key.startsWith(APP_ARMOR))
      problems.push(forbiddenField(`${path}[${key}]`, `may not ${verb} AppArmor annotations`));
    if (key === MIRROR) problems.push(forbiddenField(`${path}[${key}]`, `may not ${verb} mirror pod annotation`));
  };
  // What a prototype has is no text, and none of the keys that matter.
  for (const key in before) if (annotations?.[key] !== before[key]) refuse(key, 'remove or update');
  for (const key in annotations) if (before?.[key] === undefined) refuse(key, 'add');
  return problems;
}
