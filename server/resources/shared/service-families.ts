/**
 * Address families of services: initIPFamilyFields of upstream's allocation. Policies and families are read off what a
 * service says, and what it says is checked, before it gets addresses.
 */
import type { Frozen } from '../../base/freeze.ts';
import { type FieldProblem, invalid, invalidObject } from '../../kube/field-problem.ts';
import { parseIp } from '../../kube/ip-addresses.ts';
import type { Service } from '../../kube/types.gen.ts';
import { clusterIpProblems } from './service-address-rules.ts';
import type { IpFamily } from './service-addresses.ts';
import { NONE, sameClusterIps, sameFamilies } from './service-kinds.ts';

const POLICY = 'spec.ipFamilyPolicy';
const PREFER_DUAL = 'PreferDualStack';
const REQUIRE_DUAL = 'RequireDualStack';
const SINGLE = 'SingleStack';

function refuse({ metadata }: Service, problems: readonly FieldProblem[]): void {
  if (problems.length > 0) throw invalidObject({ group: '', kind: 'Service' }, metadata.name ?? '', problems);
}

/** Services that prefer two families keep what they have, whatever the cluster has by now. */
export function keepsFamilies(service: Service, old: Frozen<Service> | undefined): boolean {
  if (!old || service.spec.ipFamilyPolicy !== PREFER_DUAL || old.spec.type !== service.spec.type) return false;
  if (service.spec.type === 'ExternalName' || (old.spec.ipFamilyPolicy ?? PREFER_DUAL) !== PREFER_DUAL) return false;
  return sameClusterIps(old, service) && sameFamilies(old, service);
}

const isHeadlessWithoutSelector = ({ spec }: Service): boolean =>
  spec.clusterIP === NONE && Object.keys(spec.selector ?? {}).length === 0;

function fillPolicy(service: Service, old: Frozen<Service> | undefined): void {
  const { spec } = service;
  // The addresses of endpoints that somebody else writes may be of any family.
  spec.ipFamilyPolicy ??= old?.spec.ipFamilyPolicy ?? (isHeadlessWithoutSelector(service) ? REQUIRE_DUAL : SINGLE);
}

/** A change to one family gives the second address back; nothing else may. */
function reductionProblems(service: Service, old: Frozen<Service>): FieldProblem[] {
  const { spec } = service;
  const { ipFamilyPolicy, clusterIPs, ipFamilies } = spec;
  if (ipFamilyPolicy === SINGLE) {
    if (sameClusterIps(old, service) && clusterIPs && clusterIPs.length > 1) spec.clusterIPs = clusterIPs.slice(0, 1);
    if (sameFamilies(old, service) && ipFamilies && ipFamilies.length > 1) spec.ipFamilies = ipFamilies.slice(0, 1);
    return [];
  }
  const isReduced = (now: readonly string[] = [], before: readonly string[] = []): boolean =>
    now.length > 0 && now.length < before.length;
  const problem = (what: string): FieldProblem =>
    invalid(POLICY, ipFamilyPolicy, `must be 'SingleStack' to release the secondary ${what}`);
  return [
    ...(isReduced(clusterIPs, old.spec.clusterIPs) ? [problem('cluster IP')] : []),
    ...(isReduced(ipFamilies, old.spec.ipFamilies) ? [problem('IP family')] : []),
  ];
}

function policyProblems({ spec: { ipFamilyPolicy, clusterIPs = [], ipFamilies = [] } }: Service): FieldProblem[] {
  if (ipFamilyPolicy !== SINGLE) return [];
  const problem = (what: string): FieldProblem =>
    invalid(
      POLICY,
      ipFamilyPolicy,
      `must be 'RequireDualStack' or 'PreferDualStack' when multiple ${what} are specified`,
    );
  return [
    ...(clusterIPs.length === 2 ? [problem('cluster IPs')] : []),
    ...(ipFamilies.length === 2 ? [problem('IP families')] : []),
  ];
}

/** Families of addresses that were asked for without saying of which family they are. */
function inferFamilies({ spec }: Service, configured: readonly string[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const [i, ip] of (spec.clusterIPs ?? []).entries()) {
    if (ip === NONE) break;
    if (i < (spec.ipFamilies?.length ?? 0)) continue;
    const family = parseIp(ip)?.family === 6 ? 'IPv6' : 'IPv4';
    if (configured.includes(family)) spec.ipFamilies = [...(spec.ipFamilies ?? []), family];
    else
      problems.push(invalid(`spec.clusterIPs[${i}]`, spec.clusterIPs, `${family} is not configured on this cluster`));
  }
  return problems;
}

const other = (family: string): string => (family === 'IPv4' ? 'IPv6' : 'IPv4');

/**
 * @param configured families of the cluster, the usual one first
 * @throws ApiError 422 for families that the cluster does not have
 */
export function fillFamilies(
  service: Service,
  old: Frozen<Service> | undefined,
  configured: readonly IpFamily[],
): void {
  const { spec } = service;
  if (spec.type === 'ExternalName' || keepsFamilies(service, old)) return;
  fillPolicy(service, old);
  refuse(service, clusterIpProblems(service, old));
  refuse(service, [
    ...(old ? reductionProblems(service, old) : []),
    ...policyProblems(service),
    ...inferFamilies(service, configured),
  ]);
  const families = spec.ipFamilies ?? [];
  const [first = configured[0] ?? 'IPv4'] = families;
  const wantsTwo = families.length < 2 && spec.ipFamilyPolicy !== SINGLE;
  if (isHeadlessWithoutSelector(service)) {
    if (wantsTwo) spec.ipFamilies = [first, other(first)];
    else if (families.length === 0) spec.ipFamilies = [first];
    return;
  }
  refuse(service, [
    ...(spec.ipFamilyPolicy === REQUIRE_DUAL && configured.length < 2
      ? [invalid(POLICY, REQUIRE_DUAL, 'this cluster is not configured for dual-stack services')]
      : []),
    ...families.flatMap((family, i) =>
      (configured as readonly string[]).includes(family)
        ? []
        : [invalid(`spec.ipFamilies[${i}]`, family, 'not configured on this cluster')],
    ),
  ]);
  if (wantsTwo && configured.length === 2) spec.ipFamilies = [first, other(first)];
  else if (families.length === 0) spec.ipFamilies = [first];
}
