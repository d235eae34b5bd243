/** Rules of node selectors: those of pods' affinity and of persistent volumes. */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, required } from '../../kube/field-problem.ts';
import { dnsSubdomainProblems, labelValueProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { NodeSelector, NodeSelectorRequirement, NodeSelectorTerm } from '../../kube/types.gen.ts';

type Requirement = Frozen<NodeSelectorRequirement>;

function labelRequirementProblems(
  { key, operator, values = [] }: Requirement,
  path: string,
  isPreferred: boolean,
): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be specified when `operator` is 'In' or 'NotIn'";
    if (values.length === 0) problems.push(required(`${path}.values`, detail));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
    if (values.length > 0) problems.push(forbiddenField(`${path}.values`, detail));
  } else if (operator === 'Gt' || operator === 'Lt') {
    const detail = "must be specified single value when `operator` is 'Lt' or 'Gt'";
    if (values.length !== 1) problems.push(required(`${path}.values`, detail));
  } else problems.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  for (const detail of qualifiedNameProblems(key)) problems.push(invalid(`${path}.key`, key, detail));
  if (isPreferred) return problems;
  values.forEach((value, i) => {
    for (const detail of labelValueProblems(value)) problems.push(invalid(`${path}.values[${i}]`, value, detail));
  });
  return problems;
}

/** Nodes can be selected by one field, their name. */
function fieldRequirementProblems({ key, operator, values = [] }: Requirement, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be only one value when `operator` is 'In' or 'NotIn' for node field selector";
    if (values.length !== 1) problems.push(required(`${path}.values`, detail));
  } else problems.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  if (key !== 'metadata.name') return [...problems, invalid(`${path}.key`, key, 'not a valid field selector key')];
  values.forEach((value, i) => {
    for (const detail of dnsSubdomainProblems(value)) problems.push(invalid(`${path}.values[${i}]`, value, detail));
  });
  return problems;
}

/** @param isPreferred preferences may name label values that no node can have */
export function nodeSelectorTermProblems(
  term: Frozen<NodeSelectorTerm>,
  path: string,
  isPreferred = false,
): FieldProblem[] {
  const { matchExpressions = [], matchFields = [] } = term;
  return [
    ...matchExpressions.flatMap((item, i) =>
      labelRequirementProblems(item, `${path}.matchExpressions[${i}]`, isPreferred),
    ),
    ...matchFields.flatMap((item, i) => fieldRequirementProblems(item, `${path}.matchFields[${i}]`)),
  ];
}

/** Rules of a whole selector. */
export function nodeSelectorProblems({ nodeSelectorTerms }: Frozen<NodeSelector>, path: string): FieldProblem[] {
  const at = `${path}.nodeSelectorTerms`;
  if (!nodeSelectorTerms?.length) return [required(at, 'must have at least one node selector term')];
  return nodeSelectorTerms.flatMap((term, i) => nodeSelectorTermProblems(term, `${at}[${i}]`));
}
