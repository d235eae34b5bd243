/** GetWarningsForService. */
import type { Frozen } from '../../base/freeze.ts';
import type { Service } from '../../kube/types.gen.ts';
import { cidrWarnings, ipWarnings } from './ip-rules.ts';
import { NONE } from './service-kinds.ts';

const HINTS = 'service.kubernetes.io/topology-aware-hints';
const MODE = 'service.kubernetes.io/topology-mode';

function headlessWarnings({ spec }: Frozen<Service>): string[] {
  return [
    ...(spec.loadBalancerIP ? ['spec.loadBalancerIP is ignored for headless services'] : []),
    ...(spec.externalIPs?.length ? ['spec.externalIPs is ignored for headless services'] : []),
    ...(spec.sessionAffinity === 'None' ? [] : ['spec.SessionAffinity is ignored for headless services']),
  ];
}

/** Warnings about fields that are ignored, deprecated or written in an unusual form. */
export function serviceWarnings(service: Frozen<Service>): string[] {
  const { metadata, spec } = service;
  const {
    clusterIP = '',
    clusterIPs = [],
    externalIPs = [],
    loadBalancerIP = '',
    loadBalancerSourceRanges = [],
  } = spec;
  const warnings: string[] = [];
  if (metadata.annotations?.[HINTS] !== undefined) {
    warnings.push(`annotation ${HINTS} is deprecated, please use ${MODE} instead`);
  }
  if (clusterIP !== '' && clusterIP !== NONE)
    warnings.push(...clusterIPs.flatMap((ip, i) => ipWarnings(`spec.clusterIPs[${i}]`, ip)));
  const isHeadless = spec.type === 'ClusterIP' && clusterIP === NONE;
  const isName = spec.type === 'ExternalName';
  if (isHeadless) warnings.push(...headlessWarnings(service));
  warnings.push(...externalIPs.flatMap((ip, i) => ipWarnings(`spec.externalIPs[${i}]`, ip)));
  if (externalIPs.length > 0 && !isHeadless && !isName) {
    warnings.push('spec.externalIPs is deprecated and may no longer be implemented in some clusters');
  }
  if (loadBalancerIP !== '') warnings.push(...ipWarnings('spec.loadBalancerIP', loadBalancerIP));
  warnings.push(
    ...loadBalancerSourceRanges.flatMap((range, i) => cidrWarnings(`spec.loadBalancerSourceRanges[${i}]`, range)),
  );
  if (isName && externalIPs.length > 0) warnings.push('spec.externalIPs is ignored when spec.type is "ExternalName"');
  if (!isName && spec.externalName) warnings.push('spec.externalName is ignored when spec.type is not "ExternalName"');
  if (spec.trafficDistribution === 'PreferClose') {
    warnings.push('spec.trafficDistribution: "PreferClose" is deprecated; use "PreferSameZone"');
  }
  return warnings;
}
