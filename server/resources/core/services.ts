import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { since } from '../../kube/human-duration.ts';
import { parseIp } from '../../kube/ip-addresses.ts';
import { dnsLabelProblems, dnsSubdomainProblems } from '../../kube/names.ts';
import type { LoadBalancerIngress, Service } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { formatLabels } from '../shared/columns.ts';
import { clearStatus } from '../shared/empty-status.ts';
import { ipProblems } from '../shared/ip-rules.ts';
import { allocateChange, allocateNew } from '../shared/service-allocation.ts';
import { dropLeftovers } from '../shared/service-changes.ts';
import { isExternallyAccessible, PORT_TYPES } from '../shared/service-kinds.ts';
import { serviceProblems } from '../shared/service-rules.ts';
import { serviceWarnings } from '../shared/service-warnings.ts';

const AFFINITY_SECONDS = 10_800;
const TRAFFIC_POLICIES: readonly (string | undefined)[] = ['Cluster', 'Local'];
const IP_MODES = ['Proxy', 'VIP'];

function fillDefaults(service: Service): void {
  const { spec } = service;
  spec.sessionAffinity ||= 'None';
  if (spec.sessionAffinity === 'None') delete spec.sessionAffinityConfig;
  if (spec.sessionAffinity === 'ClientIP' && spec.sessionAffinityConfig?.clientIP?.timeoutSeconds === undefined) {
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: AFFINITY_SECONDS } };
  }
  spec.type ||= 'ClusterIP';
  for (const port of spec.ports ?? []) {
    port.protocol ||= 'TCP';
    port.targetPort ||= port.port;
  }
  if (isExternallyAccessible(service)) spec.externalTrafficPolicy ||= 'Cluster';
  if (spec.type === 'ClusterIP' || PORT_TYPES.includes(spec.type)) spec.internalTrafficPolicy ??= 'Cluster';
  if (spec.type !== 'LoadBalancer') return;
  spec.allocateLoadBalancerNodePorts ??= true;
  for (const ingress of service.status.loadBalancer.ingress ?? []) if (ingress.ip) ingress.ipMode ??= 'VIP';
}

/** Readers never see it in services that are only names (defaultOnReadInternalTrafficPolicy). */
function dropInternalPolicy({ spec }: Service): void {
  if (spec.type === 'ExternalName' && TRAFFIC_POLICIES.includes(spec.internalTrafficPolicy))
    delete spec.internalTrafficPolicy;
}

function ingressProblems(
  { ip = '', ipMode, hostname = '' }: Frozen<LoadBalancerIngress>,
  path: string,
  before: readonly string[],
): FieldProblem[] {
  const problems = ip === '' ? [] : ipProblems(`${path}.ip`, ip, before);
  const modeAt = `${path}.ipMode`;
  if (ipMode === undefined) {
    if (ip !== '') problems.push(required(modeAt, 'must be specified when `ip` is set'));
  } else if (ip === '') problems.push(forbiddenField(modeAt, 'may not be specified when `ip` is not set'));
  else if (!IP_MODES.includes(ipMode)) problems.push(notSupported(modeAt, ipMode, IP_MODES));
  if (hostname === '') return problems;
  for (const detail of dnsSubdomainProblems(hostname)) problems.push(invalid(`${path}.hostname`, hostname, detail));
  if (parseIp(hostname)) problems.push(invalid(`${path}.hostname`, hostname, 'must be a DNS name, not an IP address'));
  return problems;
}

function validateStatus({ spec, status }: Frozen<Service>, old: Frozen<Service>): FieldProblem[] {
  const path = 'status.loadBalancer.ingress';
  const { ingress = [] } = status.loadBalancer;
  if (spec.type !== 'LoadBalancer' && ingress.length > 0) {
    return [forbiddenField(path, "may only be used when `spec.type` is 'LoadBalancer'")];
  }
  const before = (old.status.loadBalancer.ingress ?? []).flatMap(({ ip }) => (ip ? [ip] : []));
  return ingress.flatMap((one, i) => ingressProblems(one, `${path}[${i}]`, before));
}

/** Where a service can be reached from outside (getServiceExternalIP). */
function outsideText({ spec, status }: Frozen<Service>): string {
  const { externalIPs = [], type } = spec;
  if (type === 'ExternalName') return spec.externalName ?? '';
  if (type === 'LoadBalancer') {
    const names = (status.loadBalancer.ingress ?? []).flatMap(({ ip, hostname }) => ip || hostname || []);
    return [...[...new Set(names)].sort(), ...externalIPs].join(',') || '<pending>';
  }
  return type === 'ClusterIP' || type === 'NodePort' ? externalIPs.join(',') || '<none>' : '<unknown>';
}

function portText({ spec: { ports = [] } }: Frozen<Service>): string {
  const texts = ports.map(({ port, nodePort, protocol }) => `${nodePort ? `${port}:${nodePort}` : port}/${protocol}`);
  return texts.join(',') || '<none>';
}

function cells(service: Frozen<Service>, nowMs: number): unknown[] {
  const { metadata, spec } = service;
  const address = spec.clusterIPs?.[0] ?? '<none>';
  const age = since(metadata.creationTimestamp, nowMs);
  return [metadata.name, spec.type, address, outsideText(service), portText(service), age, formatLabels(spec.selector)];
}

export const definition: ResourceDefinition<Service> = {
  resource: 'services',
  fillDefaults,
  givesAway: true,
  beforeCreate: (service, context) => {
    clearStatus(service, 'io.k8s.api.core.v1.ServiceStatus');
    const finish = allocateNew(service, context);
    dropInternalPolicy(service);
    return finish;
  },
  beforeUpdate: (service, old, context) => {
    const finish = allocateChange(service, old, context);
    dropLeftovers(service, old);
    dropInternalPolicy(service);
    return finish;
  },
  validate: serviceProblems,
  validateStatus,
  checksEnums: true,
  warnings: serviceWarnings,
  nameProblems: dnsLabelProblems,
  createOnUpdate: true,
  returnsDeleted: true,
  selectableFields: {
    'spec.clusterIP': ({ spec }) => spec.clusterIP ?? '',
    'spec.type': ({ spec }) => spec.type ?? '',
  },
  cells,
};
