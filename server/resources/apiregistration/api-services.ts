import { rfc3339 } from '../../base/clock.ts';
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { since } from '../../kube/human-duration.ts';
import { dns1035Problems, dnsSubdomainProblems, pathSegmentProblems } from '../../kube/names.ts';
import type { APIService } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';

type Service = Frozen<APIService>;

const MAX_GROUP_PRIORITY = 20000;
const MAX_VERSION_PRIORITY = 1000;
const STATUSES = ['True', 'False', 'Unknown'];

function validate({ metadata, spec }: Service): FieldProblem[] {
  const { group = '', version = '', groupPriorityMinimum, versionPriority } = spec;
  const { name = '' } = metadata;
  const problems: FieldProblem[] = [];
  const expected = `${version}.${group}`;
  if (name !== expected && pathSegmentProblems(name).length === 0) {
    const detail = `must be \`spec.version+"."+spec.group\`: ${goQuote(expected)}`;
    problems.push(invalid('metadata.name', name, detail));
  }
  if (group === '') {
    const detail = 'only v1 may have an empty group and it better be legacy kube';
    if (version !== 'v1') problems.push(required('spec.group', detail));
  } else for (const detail of dnsSubdomainProblems(group)) problems.push(invalid('spec.group', group, detail));
  for (const detail of dns1035Problems(version)) problems.push(invalid('spec.version', version, detail));
  const checkPriority = (field: string, value: number, max: number): void => {
    if (value > 0 && value <= max) return;
    problems.push(invalid(`spec.${field}`, value, `must be positive and less than ${max}`));
  };
  checkPriority('groupPriorityMinimum', groupPriorityMinimum, MAX_GROUP_PRIORITY);
  checkPriority('versionPriority', versionPriority, MAX_VERSION_PRIORITY);
  return [...problems, ...targetProblems(spec)];
}

function targetProblems({ service, caBundle = '', insecureSkipTLSVerify = false }: Service['spec']): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const insecure = 'spec.insecureSkipTLSVerify';
  if (!service) {
    const size = `${Buffer.from(caBundle, 'base64').length} bytes`;
    if (caBundle) problems.push(invalid('spec.caBundle', size, 'local APIServices may not have a caBundle'));
    const detail = 'local APIServices may not have insecureSkipTLSVerify';
    if (insecureSkipTLSVerify) problems.push(invalid(insecure, true, detail));
    return problems;
  }
  const { namespace, name, port = 0 } = service;
  if (!namespace) problems.push(required('spec.service.namespace'));
  if (!name) problems.push(required('spec.service.name'));
  if (port < 1 || port > 65535) {
    const detail = 'port is not valid: must be between 1 and 65535, inclusive';
    problems.push(invalid('spec.service.port', port, detail));
  }
  if (insecureSkipTLSVerify && caBundle) {
    problems.push(invalid(insecure, true, 'may not be true if caBundle is present'));
  }
  return problems;
}

function availableCell({ status }: Service): string {
  const condition = status.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status !== 'True' && condition.reason
    ? `${condition.status} (${condition.reason})`
    : condition.status;
}

export const definition: ResourceDefinition<APIService> = {
  resource: 'apiservices.apiregistration.k8s.io',
  rechecksGenerateName: true,
  requiresResourceVersion: true,
  nameProblems: pathSegmentProblems,
  fillDefaults({ spec: { service } }) {
    if (service) service.port ??= 443;
  },
  beforeCreate(apiService, { clock }) {
    apiService.status = {};
    if (apiService.spec.service) return undefined;
    // What the server answers itself is there from the start.
    const condition = {
      type: 'Available',
      status: 'True',
      lastTransitionTime: rfc3339(clock.now()),
      reason: 'Local',
      message: 'Local APIServices are always available',
    };
    apiService.status = { conditions: [condition] };
    return undefined;
  },
  checksEnums: true,
  validate,
  validateStatus: ({ status }) =>
    (status.conditions ?? []).flatMap(({ status: value }, i) =>
      STATUSES.includes(value) ? [] : [notSupported(`status.conditions[${i}].status`, value, STATUSES)],
    ),
  statusHasNoTable: true,
  repeatsColumns: true,
  statusKeeps: ['labels', 'annotations', 'finalizers', 'ownerReferences'],
  cells(apiService, nowMs) {
    const { metadata, spec } = apiService;
    return [
      metadata.name,
      spec.service ? `${spec.service.namespace ?? ''}/${spec.service.name ?? ''}` : 'Local',
      availableCell(apiService),
      since(metadata.creationTimestamp, nowMs),
    ];
  },
};
