import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { labelValueProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { Taint } from '../../kube/types.gen.ts';
import { internalForm } from './internal-form.ts';

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

/** What a taint does to pods that do not tolerate it; tolerations may leave it open. */
export function taintEffectProblems(path: string, effect: string, mayBeEmpty: boolean): FieldProblem[] {
  if (effect === '') return mayBeEmpty ? [] : [required(path)];
  return EFFECTS.includes(effect) ? [] : [notSupported(path, effect, EFFECTS)];
}

/** Rules for the taints of a node. */
export function taintProblems(taints: Frozen<Taint[]>, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const seen = new Set<string>();
  taints.forEach((taint, i) => {
    const at = `${path}[${i}]`;
    const { key, value = '', effect } = taint;
    for (const detail of qualifiedNameProblems(key)) problems.push(invalid(`${at}.key`, key, detail));
    const valueProblems = labelValueProblems(value);
    if (valueProblems.length > 0) problems.push(invalid(`${at}.value`, value, valueProblems.join(';')));
    problems.push(...taintEffectProblems(`${at}.effect`, effect, false));
    const id = `${effect}/${key}`;
    if (seen.has(id)) problems.push(repeated(at, taint));
    seen.add(id);
  });
  return problems;
}

function repeated(path: string, taint: Frozen<Taint>): FieldProblem {
  const shown = JSON.stringify(internalForm(taint, 'io.k8s.api.core.v1.Taint'));
  const message = `Duplicate value: ${shown}: taints must be unique by key and effect pair`;
  return { field: path, reason: 'FieldValueDuplicate', message };
}
