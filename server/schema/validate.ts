/**
 * Rules that the description itself states: required fields and allowed values. Everything else is the kind's own
 * file.
 */
import type { Frozen } from '../base/freeze.ts';
import { type FieldProblem, notSupported } from '../kube/field-problem.ts';
import type { KubeObject } from '../kube/object.ts';
import type { FieldDescription, TypeDescription, ValueType } from './type-table.ts';

/** A walk that only visits what can have problems: fields with allowed values, and structs that lead to some. */
interface Visit {
  readonly name: string;
  readonly check: (value: unknown, path: string, problems: FieldProblem[]) => void;
}

const visits = new WeakMap<TypeDescription, readonly Visit[]>();

function visitsOf(type: TypeDescription): readonly Visit[] {
  let plan = visits.get(type);
  if (!plan) {
    const pending: Visit[] = [];
    visits.set(type, pending); // types refer to themselves
    for (const field of type.fields) {
      const check = checkOf(field.type, field);
      if (check) pending.push({ name: field.name, check });
    }
    plan = pending;
  }
  return plan;
}

function checkOf(type: ValueType, field: FieldDescription): Visit['check'] | undefined {
  if (type.kind === 'string' && field.enum) {
    const allowed = field.enum;
    return (value, path, problems) => {
      if (value !== '' && !allowed.includes(value as string)) problems.push(notSupported(path, value, allowed));
    };
  }
  if (type.kind === 'struct')
    return (value, path, problems) => walk(value, type.struct as TypeDescription, path, problems);
  if (type.kind === 'list' && type.of) {
    const item = checkOf(type.of, field);
    if (!item) return undefined;
    return (value, path, problems) => {
      (value as unknown[]).forEach((element, i) => {
        if (element !== null) item(element, `${path}[${i}]`, problems);
      });
    };
  }
  if (type.kind === 'map' && type.of?.kind === 'struct') {
    const item = checkOf(type.of, field);
    return (value, path, problems) => {
      for (const [key, element] of Object.entries(value as object))
        if (element !== null) item?.(element, `${path}[${key}]`, problems);
    };
  }
  return undefined;
}

function walk(value: unknown, type: TypeDescription, path: string, problems: FieldProblem[]): void {
  const object = value as Record<string, unknown>;
  for (const { name, check } of visitsOf(type)) {
    const inner = object[name];
    if (inner !== undefined && inner !== null) check(inner, path === '' ? name : `${path}.${name}`, problems);
  }
}

/** Problems of an object's fields except its metadata and status, which have rules of their own. */
export function tableProblems(object: KubeObject | Frozen<KubeObject>, type: TypeDescription): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const { name, check } of visitsOf(type)) {
    if (name === 'metadata' || name === 'status') continue;
    const value = object[name];
    if (value !== undefined && value !== null) check(value, name, problems);
  }
  return problems;
}
