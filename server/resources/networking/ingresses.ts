import { type Frozen, getOwn } from '../../base/freeze.ts';
import { type FieldProblem, invalid } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { parseIp } from '../../kube/ip-addresses.ts';
import { dnsSubdomainProblems } from '../../kube/names.ts';
import type { Ingress, IngressLoadBalancerIngress, IngressRule } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { clearStatus } from '../shared/empty-status.ts';
import {
  ADDRESS_AS_HOSTNAME,
  backendProblems,
  hasInvalidWildcard,
  ingressRuleProblems,
  secretNameProblems,
  tlsProblems,
} from '../shared/ingress-rules.ts';
import { ipProblems } from '../shared/ip-rules.ts';

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';

function validate({ metadata, spec }: Frozen<Ingress>, old?: Frozen<Ingress>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec;
  if (rules.length === 0 && !defaultBackend) {
    problems.push(invalid('spec', spec.rules ?? null, 'either `defaultBackend` or `rules` must be specified'));
  }
  if (defaultBackend) problems.push(...backendProblems(defaultBackend, 'spec.defaultBackend'));
  problems.push(...ingressRuleProblems(rules, hasInvalidWildcard(old?.spec.rules)));
  const lenientSecrets = (old?.spec.tls ?? []).some(({ secretName = '' }) => secretNameProblems(secretName).length > 0);
  problems.push(...tlsProblems(tls, lenientSecrets));
  if (ingressClassName !== undefined) {
    for (const detail of dnsSubdomainProblems(ingressClassName)) {
      problems.push(invalid('spec.ingressClassName', ingressClassName, detail));
    }
  }
  const annotation = getOwn(metadata.annotations, CLASS_ANNOTATION);
  if (!old && annotation !== undefined && ingressClassName !== undefined && annotation !== ingressClassName) {
    const detail = 'must match `ingressClassName` when both are specified';
    problems.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotation, detail));
  }
  return problems;
}

function validateStatus({ status }: Frozen<Ingress>, old: Frozen<Ingress>): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const known = (old.status.loadBalancer.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  for (const [i, { ip, hostname }] of (status.loadBalancer.ingress ?? []).entries()) {
    const path = `status.loadBalancer.ingress[${i}]`;
    if (ip) problems.push(...ipProblems(`${path}.ip`, ip, known));
    if (!hostname) continue;
    for (const detail of dnsSubdomainProblems(hostname)) problems.push(invalid(`${path}.hostname`, hostname, detail));
    if (parseIp(hostname)) problems.push(invalid(`${path}.hostname`, hostname, ADDRESS_AS_HOSTNAME));
  }
  return problems;
}

function hostsCell(rules: Frozen<IngressRule[]>): string {
  const hosts: string[] = [];
  let more = false;
  // The count below is upstream's: a fourth rule counts even when it has no host.
  for (const { host } of rules) {
    if (hosts.length === 3) more = true;
    else if (host) hosts.push(host);
  }
  if (hosts.length === 0) return '*';
  return more ? `${hosts.join(',')} + ${rules.length - 3} more...` : hosts.join(',');
}

function addressCell(points: Frozen<IngressLoadBalancerIngress[]>): string {
  const addresses = points.map(({ ip, hostname }) => ip || hostname || '').filter((address) => address !== '');
  return [...new Set(addresses)].sort().join(',');
}

export const definition: ResourceDefinition<Ingress> = {
  resource: 'ingresses.networking.k8s.io',
  rechecksGenerateName: true,
  beforeCreate(ingress) {
    clearStatus(ingress, 'io.k8s.api.networking.v1.IngressStatus');
    return undefined;
  },
  checksEnums: true,
  validate,
  validateStatus,
  warnings: ({ metadata, spec }, old) =>
    !old && getOwn(metadata.annotations, CLASS_ANNOTATION) !== undefined && spec.ingressClassName === undefined
      ? [`annotation "${CLASS_ANNOTATION}" is deprecated, please use 'spec.ingressClassName' instead`]
      : [],
  generation: ({ spec }) => spec,
  cells: ({ metadata, spec, status }, nowMs) => [
    metadata.name,
    spec.ingressClassName ?? '<none>',
    hostsCell(spec.rules ?? []),
    addressCell(status.loadBalancer.ingress ?? []),
    spec.tls?.length ? '80, 443' : '80',
    since(metadata.creationTimestamp, nowMs),
  ],
};
