import { type Frozen, getOwn } from '../../base/freeze.ts';
import { domainPrefixedPathProblems } from '../../kube/domain-path.ts';
import {
  type FieldProblem,
  forbiddenField,
  immutable,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { dnsLabelProblems, dnsSubdomainProblems, pathSegmentProblems } from '../../kube/names.ts';
import type { IngressClass, IngressClassParametersReference } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';

const MAX_CONTROLLER = 250;
const PATH = 'spec.parameters';

function validate({ spec }: Frozen<IngressClass>, old?: Frozen<IngressClass>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { controller = '', parameters } = spec;
  if (old && controller !== (old.spec.controller ?? '')) problems.push(immutable('spec.controller', controller));
  if (controller.length > MAX_CONTROLLER) problems.push(tooLong('spec.controller', MAX_CONTROLLER));
  problems.push(...domainPrefixedPathProblems('spec.controller', controller));
  if (!parameters) return problems;
  problems.push(...nameProblems(parameters), ...scopeProblems(parameters));
  // What follows is declarative upstream.
  for (const field of ['kind', 'name'] as const)
    if (parameters[field] === '') problems.push(required(`${PATH}.${field}`));
  return problems;
}

function nameProblems({ apiGroup, kind, name }: Frozen<IngressClassParametersReference>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (apiGroup !== undefined) {
    for (const detail of dnsSubdomainProblems(apiGroup)) problems.push(invalid(`${PATH}.apiGroup`, apiGroup, detail));
  }
  for (const detail of pathSegmentProblems(kind)) problems.push(invalid(`${PATH}.kind`, kind, detail));
  for (const detail of pathSegmentProblems(name)) problems.push(invalid(`${PATH}.name`, name, detail));
  return problems;
}

function scopeProblems({ scope, namespace }: Frozen<IngressClassParametersReference>): FieldProblem[] {
  if (scope === null) return [required(`${PATH}.scope`)];
  if (scope === 'Cluster') {
    const detail = "`parameters.scope` is set to 'Cluster'";
    return namespace === undefined ? [] : [forbiddenField(`${PATH}.namespace`, detail)];
  }
  if (scope !== 'Namespace') return [notSupported(`${PATH}.scope`, scope, ['Cluster', 'Namespace'])];
  if (namespace === undefined) return [required(`${PATH}.namespace`, "`parameters.scope` is set to 'Namespace'")];
  return dnsLabelProblems(namespace).map((detail) => invalid(`${PATH}.namespace`, namespace, detail));
}

function parametersCell(parameters: Frozen<IngressClassParametersReference> | undefined): string {
  if (!parameters) return '<none>';
  const { apiGroup, kind, name } = parameters;
  return `${kind}${apiGroup === undefined ? '' : `.${apiGroup}`}/${name}`;
}

export const definition: ResourceDefinition<IngressClass> = {
  resource: 'ingressclasses.networking.k8s.io',
  rechecksGenerateName: true,
  fillDefaults({ spec: { parameters } }) {
    if (parameters) parameters.scope ??= 'Cluster';
  },
  validate,
  generation: ({ spec }) => spec,
  cells({ metadata, spec }, nowMs) {
    const isDefault = getOwn(metadata.annotations, 'ingressclass.kubernetes.io/is-default-class') === 'true';
    return [
      `${metadata.name}${isDefault ? ' (default)' : ''}`,
      spec.controller ?? '',
      parametersCell(spec.parameters),
      since(metadata.creationTimestamp, nowMs),
    ];
  },
};
