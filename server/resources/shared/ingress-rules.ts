/** Rules of the backends, hosts and paths of an ingress (pkg/apis/networking/validation). */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { parseIp } from '../../kube/ip-addresses.ts';
import { dnsLabelProblems, dnsSubdomainProblems, pathSegmentProblems, portNameProblems } from '../../kube/names.ts';
import type {
  HTTPIngressPath,
  IngressBackend,
  IngressRule,
  IngressServiceBackend,
  IngressTLS,
  TypedLocalObjectReference,
} from '../../kube/types.gen.ts';
import { hostProblems, portNumberProblems } from './name-rules.ts';

const FORBIDDEN_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F'];
const FORBIDDEN_SUFFIXES = ['/..', '/.'];
const NO_ADDRESS = 'must be a DNS name, not an IP address';

export function ingressRuleProblems(rules: Frozen<IngressRule[]>, lenientWildcards: boolean): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [i, { host = '', http }] of rules.entries()) {
    const path = `spec.rules[${i}]`;
    if (host !== '') {
      if (parseIp(host)) problems.push(invalid(`${path}.host`, host, NO_ADDRESS));
      for (const detail of hostProblems(host)) problems.push(invalid(`${path}.host`, host, detail));
    }
    if (http && !(host.includes('*') && lenientWildcards)) problems.push(...httpProblems(http.paths, `${path}.http`));
  }
  return problems;
}

/** Whether a stored wildcard rule breaks rules that came later: it may stay as it is. */
export function hasInvalidWildcard(rules: Frozen<IngressRule[]> | undefined): boolean {
  return (rules ?? []).some(({ host, http }) => host?.includes('*') && http && httpProblems(http.paths, '').length > 0);
}

function httpProblems(paths: Frozen<HTTPIngressPath[]> | null, at: string): FieldProblem[] {
  if (!paths?.length) return [required(`${at}.paths`)];
  return paths.flatMap((path, i) => pathProblems(path, `${at}.paths[${i}]`));
}

function pathProblems({ path = '', pathType, backend }: Frozen<HTTPIngressPath>, at: string): FieldProblem[] {
  if (pathType === null) return [required(`${at}.pathType`, 'pathType must be specified')];
  const problems: FieldProblem[] = [];
  const refuse = (detail: string): number => problems.push(invalid(`${at}.path`, path, detail));
  switch (pathType) {
    case 'Exact':
    case 'Prefix':
      if (!path.startsWith('/')) refuse('must be an absolute path');
      for (const text of FORBIDDEN_SEQUENCES) if (path.includes(text)) refuse(`must not contain '${text}'`);
      for (const text of FORBIDDEN_SUFFIXES) if (path.endsWith(text)) refuse(`cannot end with '${text}'`);
      break;
    case 'ImplementationSpecific':
      if (path !== '' && !path.startsWith('/')) refuse('must be an absolute path');
      break;
    default:
      problems.push(notSupported(`${at}.pathType`, pathType, ['Exact', 'ImplementationSpecific', 'Prefix']));
  }
  return [...problems, ...backendProblems(backend, `${at}.backend`)];
}

export function backendProblems({ service, resource }: Frozen<IngressBackend>, at: string): FieldProblem[] {
  if (service && resource) return [invalid(at, '', 'cannot set both resource and service backends')];
  if (resource) return referenceProblems(resource, `${at}.resource`);
  if (service) return serviceProblems(service, at);
  return [invalid(at, '', 'resource or service backend is required')];
}

function serviceProblems({ name, port }: Frozen<IngressServiceBackend>, at: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (name === '') problems.push(required(`${at}.service.name`));
  else for (const detail of dnsLabelProblems(name)) problems.push(invalid(`${at}.service.name`, name, detail));
  const portAt = `${at}.service.port`;
  if (port.name && port.number) problems.push(invalid(at, '', 'cannot set both port name & port number'));
  else if (port.name) {
    for (const detail of portNameProblems(port.name)) problems.push(invalid(`${portAt}.name`, port.name, detail));
  } else if (port.number) problems.push(...portNumberProblems(`${portAt}.number`, port.number));
  else problems.push(required(at, 'port name or number is required'));
  return problems;
}

function referenceProblems(reference: Frozen<TypedLocalObjectReference>, at: string): FieldProblem[] {
  const { apiGroup, kind, name } = reference;
  const problems: FieldProblem[] = [];
  if (apiGroup !== null) {
    for (const detail of dnsSubdomainProblems(apiGroup)) problems.push(invalid(`${at}.apiGroup`, apiGroup, detail));
  }
  if (kind === '') problems.push(required(`${at}.kind`));
  else for (const detail of pathSegmentProblems(kind)) problems.push(invalid(`${at}.kind`, kind, detail));
  if (name === '') problems.push(required(`${at}.name`));
  else for (const detail of pathSegmentProblems(name)) problems.push(invalid(`${at}.name`, name, detail));
  return problems;
}

export function tlsProblems(tls: Frozen<IngressTLS[]>, lenientSecrets: boolean): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [i, { hosts = [], secretName = '' }] of tls.entries()) {
    for (const [j, host] of hosts.entries()) {
      for (const detail of hostProblems(host)) problems.push(invalid(`spec.tls[${i}].hosts[${j}]`, host, detail));
    }
    if (lenientSecrets) continue;
    for (const detail of secretNameProblems(secretName)) {
      problems.push(invalid(`spec.tls[${i}].secretName`, secretName, detail));
    }
  }
  return problems;
}

export const secretNameProblems = (name: string): string[] => (name === '' ? [] : dnsSubdomainProblems(name));

/** Addresses that a load balancer reports in the status. */
export const ADDRESS_AS_HOSTNAME = NO_ADDRESS;
