/** ValidateService and ValidateServiceUpdate, without metadata. */
import type { Frozen } from '../../base/freeze.ts';
import {
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../kube/field-problem.ts';
import { dnsLabelProblems, dnsSubdomainProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { Service, ServicePort } from '../../kube/types.gen.ts';
import { labelProblems } from '../../registry/object-meta.ts';
import { internalForm } from './internal-form.ts';
import { cidrProblems, endpointIpProblems, ipProblems } from './ip-rules.ts';
import { portNumberProblems } from './name-rules.ts';
import { portProblems as portOrNameProblems } from './pod-spec-rules-probes.ts';
import { clusterIpChangeProblems, clusterIpProblems } from './service-address-rules.ts';
import { isExternallyAccessible, isHeadless, needsHealthCheck, PORT_TYPES } from './service-kinds.ts';

const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges';
const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort'];
const POLICIES = ['Cluster', 'Local'];
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode'];
const AFFINITY_MAX_SECONDS = 86_400;
const LOAD_BALANCER_ONLY = "may only be used when `type` is 'LoadBalancer'";

type Some = Frozen<Service>;

function typeProblems(service: Some): FieldProblem[] {
  const { type, clusterIPs = [], ports = [], ipFamilies = [], ipFamilyPolicy, externalName = '' } = service.spec;
  const problems: FieldProblem[] = [];
  if (ports.length === 0 && !isHeadless(service) && type !== 'ExternalName') problems.push(required('spec.ports'));
  if (PORT_TYPES.includes(type) && isHeadless(service)) {
    problems.push(invalid('spec.clusterIPs[0]', clusterIPs[0], `may not be set to 'None' for ${type} services`));
  }
  if (type !== 'ExternalName') return problems;
  const detail = 'may not be set for ExternalName services';
  if (clusterIPs.length > 0) problems.push(forbiddenField('spec.clusterIPs', detail));
  if (ipFamilies.length > 0) problems.push(forbiddenField('spec.ipFamilies', detail));
  if (ipFamilyPolicy !== undefined) problems.push(forbiddenField('spec.ipFamilyPolicy', detail));
  const name = externalName.replace(/\.$/, '');
  if (name === '') return [...problems, required('spec.externalName')];
  return [...problems, ...dnsSubdomainProblems(name).map((text) => invalid('spec.externalName', name, text))];
}

function portProblems(port: Frozen<ServicePort>, path: string, needsName: boolean, isUsed: boolean): FieldProblem[] {
  const { name = '', protocol, targetPort = 0, appProtocol } = port;
  const problems: FieldProblem[] = [];
  if (name === '') {
    if (needsName) problems.push(required(`${path}.name`));
  } else {
    for (const detail of dnsLabelProblems(name)) problems.push(invalid(`${path}.name`, name, detail));
    if (isUsed) problems.push(duplicate(`${path}.name`, name));
  }
  problems.push(...portNumberProblems(`${path}.port`, port.port));
  if (!protocol) problems.push(required(`${path}.protocol`));
  else if (!PROTOCOLS.includes(protocol)) problems.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS));
  problems.push(...portOrNameProblems(`${path}.targetPort`, targetPort));
  for (const detail of appProtocol === undefined ? [] : qualifiedNameProblems(appProtocol)) {
    problems.push(invalid(`${path}.appProtocol`, appProtocol, detail));
  }
  return problems;
}

function portsProblems({ spec: { ports = [] } }: Some): FieldProblem[] {
  const names = ports.map(({ name }) => name);
  return ports.flatMap((port, i) =>
    portProblems(port, `spec.ports[${i}]`, ports.length > 1, names.indexOf(port.name) < i),
  );
}

function affinityProblems({ spec: { sessionAffinity = '', sessionAffinityConfig } }: Some): FieldProblem[] {
  const path = 'spec.sessionAffinityConfig';
  if (sessionAffinity === '') return [required('spec.sessionAffinity')];
  if (sessionAffinity === 'None') {
    return sessionAffinityConfig ? [forbiddenField(path, 'must not be set when session affinity is None')] : [];
  }
  if (sessionAffinity !== 'ClientIP')
    return [notSupported('spec.sessionAffinity', sessionAffinity, ['ClientIP', 'None'])];
  const seconds = sessionAffinityConfig?.clientIP?.timeoutSeconds;
  if (seconds === undefined || (seconds > 0 && seconds <= AFFINITY_MAX_SECONDS)) return [];
  return [
    invalid(`${path}.clientIP.timeoutSeconds`, seconds, `must be greater than 0 and less than ${AFFINITY_MAX_SECONDS}`),
  ];
}

/** External IPs follow the rules for endpoints, for historical reasons. */
function externalIpProblems({ spec: { externalIPs = [] } }: Some, old: Some | undefined): FieldProblem[] {
  return externalIPs.flatMap((ip, i) => {
    const path = `spec.externalIPs[${i}]`;
    const ofForm = ipProblems(path, ip, old?.spec.externalIPs);
    return ofForm.length > 0 ? ofForm : endpointIpProblems(path, ip);
  });
}

/** Ports of one service may not be alike. */
function samePortProblems({ spec: { type = '', ports = [] } }: Some): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (type === '') problems.push(required('spec.type'));
  else if (!TYPES.includes(type)) problems.push(notSupported('spec.type', type, TYPES));
  const nodePorts = ports.map(({ protocol, nodePort }) => (nodePort ? `${protocol} ${nodePort}` : ''));
  const numbers = ports.map(({ protocol, port }) => `${protocol} ${port}`);
  ports.forEach(({ nodePort }, i) => {
    if (type !== 'ClusterIP' || !nodePort) return;
    problems.push(forbiddenField(`spec.ports[${i}].nodePort`, "may not be used when `type` is 'ClusterIP'"));
  });
  nodePorts.forEach((pair, i) => {
    if (pair !== '' && nodePorts.indexOf(pair) < i)
      problems.push(duplicate(`spec.ports[${i}].nodePort`, ports[i]?.nodePort));
  });
  ports.forEach(({ protocol, port }, i) => {
    if (numbers.indexOf(numbers[i] ?? '') === i) return;
    const shown = internalForm({ protocol, port }, 'io.k8s.api.core.v1.ServicePort');
    problems.push(duplicate(`spec.ports[${i}]`, shown));
  });
  return problems;
}

function sourceRangeProblems({ metadata, spec }: Some, old: Some | undefined): FieldProblem[] {
  const { loadBalancerSourceRanges: ranges = [] } = spec;
  const isBalanced = spec.type === 'LoadBalancer';
  if (ranges.length > 0) {
    // The path is upstream's.
    const path = 'spec.LoadBalancerSourceRanges';
    const before = (old?.spec.loadBalancerSourceRanges ?? []).map((range) => range.trim());
    const problems = ranges.flatMap((range, i) => cidrProblems(`${path}[${i}]`, range.trim(), before));
    return isBalanced ? problems : [forbiddenField(path, LOAD_BALANCER_ONLY), ...problems];
  }
  const text = metadata.annotations?.[SOURCE_RANGES];
  if (text === undefined) return [];
  const path = `metadata.annotations[${SOURCE_RANGES}]`;
  const isOld = old?.metadata.annotations?.[SOURCE_RANGES] === text;
  const parts = isOld || text.trim() === '' ? [] : text.trim().split(',');
  const problems = parts.flatMap((range) => cidrProblems(path, range.trim()));
  return isBalanced ? problems : [forbiddenField(path, LOAD_BALANCER_ONLY), ...problems];
}

function loadBalancerProblems({ spec }: Some): FieldProblem[] {
  const { allocateLoadBalancerNodePorts, loadBalancerClass } = spec;
  const isBalanced = spec.type === 'LoadBalancer';
  const problems: FieldProblem[] = [];
  if (allocateLoadBalancerNodePorts !== undefined && !isBalanced) {
    problems.push(forbiddenField('spec.allocateLoadBalancerNodePorts', LOAD_BALANCER_ONLY));
  }
  if (allocateLoadBalancerNodePorts === undefined && isBalanced)
    problems.push(required('allocateLoadBalancerNodePorts'));
  if (loadBalancerClass === undefined) return problems;
  if (!isBalanced) return [...problems, forbiddenField('spec.loadBalancerClass', LOAD_BALANCER_ONLY)];
  const ofForm = qualifiedNameProblems(loadBalancerClass);
  return [...problems, ...ofForm.map((detail) => invalid('spec.loadBalancerClass', loadBalancerClass, detail))];
}

function trafficProblems(service: Some): FieldProblem[] {
  const {
    externalTrafficPolicy = '',
    healthCheckNodePort = 0,
    internalTrafficPolicy,
    trafficDistribution,
    type,
  } = service.spec;
  const problems: FieldProblem[] = [];
  const [external, health, internal] = [
    'spec.externalTrafficPolicy',
    'spec.healthCheckNodePort',
    'spec.internalTrafficPolicy',
  ] as const;
  if (!isExternallyAccessible(service)) {
    const detail = 'may only be set for externally-accessible services';
    if (externalTrafficPolicy !== '') problems.push(invalid(external, externalTrafficPolicy, detail));
  } else if (externalTrafficPolicy === '') problems.push(required(external));
  else if (!POLICIES.includes(externalTrafficPolicy))
    problems.push(notSupported(external, externalTrafficPolicy, POLICIES));
  if (!needsHealthCheck(service)) {
    const detail = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'";
    if (healthCheckNodePort !== 0) problems.push(invalid(health, healthCheckNodePort, detail));
  } else if (healthCheckNodePort === 0) problems.push(required(health));
  else problems.push(...portNumberProblems(health, healthCheckNodePort));
  if (internalTrafficPolicy === undefined) {
    if (type === 'ClusterIP' || PORT_TYPES.includes(type)) problems.push(required(internal));
  } else if (!POLICIES.includes(internalTrafficPolicy))
    problems.push(notSupported(internal, internalTrafficPolicy, POLICIES));
  if (trafficDistribution !== undefined && !DISTRIBUTIONS.includes(trafficDistribution)) {
    problems.push(notSupported('spec.trafficDistribution', trafficDistribution, DISTRIBUTIONS));
  }
  return problems;
}

function changeProblems(service: Some, old: Some): FieldProblem[] {
  const problems = clusterIpChangeProblems(service, old);
  const { loadBalancerClass, healthCheckNodePort } = service.spec;
  if (
    service.spec.type === 'LoadBalancer' &&
    old.spec.type === 'LoadBalancer' &&
    loadBalancerClass !== old.spec.loadBalancerClass
  ) {
    problems.push(invalid('spec.loadBalancerClass', loadBalancerClass, 'may not change once set'));
  }
  // The rules for one version run here too; equal messages are shown once.
  problems.push(...loadBalancerProblems(service).filter(({ field }) => field === 'spec.loadBalancerClass'));
  if (needsHealthCheck(old) && needsHealthCheck(service) && healthCheckNodePort !== old.spec.healthCheckNodePort) {
    problems.push(forbiddenField('spec.healthCheckNodePort', 'field is immutable'));
  }
  return problems;
}

/** Problems of a service, compared with the stored one if there is one. */
export function serviceProblems(service: Some, old?: Some): FieldProblem[] {
  const { annotations = {} } = service.metadata;
  const problems = old ? changeProblems(service, old) : [];
  const [hints, mode] = [annotations[HINTS], annotations[MODE]];
  if (hints !== undefined && mode !== undefined && hints !== mode) {
    problems.push(
      invalid(`metadata.annotations[${MODE}]`, mode, `must match annotations[${HINTS}] when both are specified`),
    );
  }
  return [
    ...problems,
    ...typeProblems(service),
    ...portsProblems(service),
    ...labelProblems(service.spec.selector ?? {}, 'spec.selector'),
    ...affinityProblems(service),
    ...clusterIpProblems(service, old),
    ...externalIpProblems(service, old),
    ...samePortProblems(service),
    ...sourceRangeProblems(service, old),
    ...loadBalancerProblems(service),
    ...trafficProblems(service),
  ];
}
