/** Rules for paths within volumes and for the modes of the files there: pkg/apis/core/validation. */

import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, required } from '../../kube/field-problem.ts';
import type { KeyToPath } from '../../kube/types.gen.ts';

const MAX_ID = 2 ** 31 - 1;
const MAX_MODE = 0o777;
const MODE_RANGE = 'must be a number between 0 and 0777 (octal), both inclusive';

/** No `..` on the way. */
export function backstepProblems(path: string, text: string): FieldProblem[] {
  return text.split('/').includes('..') ? [invalid(path, text, "must not contain '..'")] : [];
}

/** Relative, and below where it begins. */
export function descendingPathProblems(path: string, text: string): FieldProblem[] {
  const absolute = text.startsWith('/') ? [invalid(path, text, 'must be a relative path')] : [];
  return [...absolute, ...backstepProblems(path, text)];
}

/** The same, and without the `..` in front that kubelets use for files of their own. */
export function localPathProblems(path: string, text: string): FieldProblem[] {
  const isReserved = text.startsWith('..') && !text.startsWith('../');
  const reserved = isReserved ? [invalid(path, text, "must not start with '..'")] : [];
  return [...descendingPathProblems(path, text), ...reserved];
}

/** Permissions of a file. */
export function fileModeProblems(path: string, mode: number | undefined): FieldProblem[] {
  return mode !== undefined && (mode < 0 || mode > MAX_MODE) ? [invalid(path, mode, MODE_RANGE)] : [];
}

/** Unix ids of users and groups. */
export function idProblems(path: string, id: number | undefined): FieldProblem[] {
  if (id === undefined || (id >= 0 && id <= MAX_ID)) return [];
  return [invalid(path, id, `must be between 0 and ${MAX_ID}, inclusive`)];
}

/** A key of a config map or secret that becomes a file. */
export function keyToPathProblems(path: string, { key, path: target, mode, user }: Frozen<KeyToPath>): FieldProblem[] {
  return [
    ...(key === '' ? [required(`${path}.key`)] : []),
    ...(target === '' ? [required(`${path}.path`)] : []),
    ...localPathProblems(`${path}.path`, target),
    ...fileModeProblems(`${path}.mode`, mode),
    ...idProblems(`${path}.user`, user),
  ];
}
