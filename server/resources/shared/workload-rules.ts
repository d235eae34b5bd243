/** Rules and warnings of the workloads whose pods run for ever (pkg/apis/apps/validation). */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { dnsLabelProblems } from '../../kube/names.ts';
import type { ObjectMeta } from '../../kube/object.ts';
import type { LabelSelector, PodTemplateSpec } from '../../kube/types.gen.ts';
import { podTemplateProblems } from './pod-spec-rules.ts';
import { podTemplateWarnings } from './pod-warnings.ts';
import { isEmptySelector, mismatchProblems, readSelector, selectorProblems } from './selector-rules.ts';

const SELECTOR = 'spec.selector';
const TEMPLATE = 'spec.template';

type Selector = Frozen<LabelSelector> | null;
type Template = Frozen<PodTemplateSpec>;
type Workload = { readonly metadata: Frozen<ObjectMeta>; readonly spec: { readonly template: Template } };

/** A selector that has to be there and may not select everything; `kind` is how the message calls the workload. */
export function requiredSelectorProblems(selector: Selector, kind: string): FieldProblem[] {
  if (!selector) return [required(SELECTOR)];
  const problems = selectorProblems(selector, SELECTOR);
  if (!isEmptySelector(selector)) return problems;
  return [...problems, invalid(SELECTOR, selector, `empty selector is invalid for ${kind}`)];
}

/** Pods of workloads are always restarted and have no deadline. */
export function restartProblems({ spec }: Template, kind: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { restartPolicy, activeDeadlineSeconds } = spec;
  if (restartPolicy !== 'Always') {
    problems.push(notSupported(`${TEMPLATE}.spec.restartPolicy`, restartPolicy, ['Always']));
  }
  const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
  if (activeDeadlineSeconds !== undefined) {
    problems.push(forbiddenField(`${TEMPLATE}.spec.activeDeadlineSeconds`, detail));
  }
  return problems;
}

/** The selector and the template of deployments and replica sets, which upstream calls the same in its messages. */
export function replicatedProblems(selector: Selector, template: Template): FieldProblem[] {
  const problems = requiredSelectorProblems(selector, 'deployment');
  if (selector && !readSelector(selector)) return [...problems, invalid(SELECTOR, selector, 'invalid label selector')];
  return [
    ...problems,
    ...mismatchProblems(selector, template.metadata?.labels, TEMPLATE),
    ...podTemplateProblems(template, TEMPLATE),
    ...restartProblems(template, 'ReplicaSet'),
  ];
}

/** Warnings for the template of a new or changed workload. */
export function templateWarnings(workload: Workload, old?: Workload): string[] {
  if (old && old.metadata.generation === workload.metadata.generation) return [];
  return podTemplateWarnings(workload.spec.template, TEMPLATE);
}

/** Names that no host name can have are allowed, but unwise. */
export function workloadNameWarnings(name = ''): string[] {
  const details = dnsLabelProblems(name);
  if (details.length === 0) return [];
  const intro = 'metadata.name: this is used in Pod names and hostnames, which can result in surprising behavior';
  return [`${intro}; a DNS label is recommended: [${details.join(' ')}]`];
}
