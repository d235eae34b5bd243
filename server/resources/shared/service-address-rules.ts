/** Rules for cluster IPs and their families: ValidateServiceClusterIPsRelatedFields and what may change later. */
import type { Frozen } from '../../base/freeze.ts';
import { duplicate, type FieldProblem, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { parseIp } from '../../kube/ip-addresses.ts';
import type { Service, ServiceSpec } from '../../kube/types.gen.ts';
import { ipProblems } from './ip-rules.ts';
import { isHeadless, NONE } from './service-kinds.ts';

const IPS = 'spec.clusterIPs';
const FAMILIES = 'spec.ipFamilies';
const POLICY = 'spec.ipFamilyPolicy';
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack'];
const FAMILY_NAMES = ['IPv4', 'IPv6'];
const FIXED = 'may not change once set';

type Spec = Frozen<ServiceSpec>;

/** The field with one address and the one with several have to agree. */
function agreementProblems({ clusterIP = '', clusterIPs = [] }: Spec): FieldProblem[] {
  if (clusterIP === '') {
    return clusterIPs.length > 0 ? [invalid(IPS, clusterIPs, 'must be empty when `clusterIP` is not specified')] : [];
  }
  if (clusterIPs.length === 0) return [required(IPS)];
  return clusterIPs[0] === clusterIP ? [] : [invalid(IPS, clusterIPs, 'first value must match `clusterIP`')];
}

function familyProblems({ ipFamilies = [], ipFamilyPolicy }: Spec): FieldProblem[] {
  const problems = ipFamilies.flatMap((family, i) => [
    ...(FAMILY_NAMES.includes(family) ? [] : [notSupported(`${FAMILIES}[${i}]`, family, FAMILY_NAMES)]),
    ...(ipFamilies.indexOf(family) < i ? [duplicate(`${FAMILIES}[${i}]`, family)] : []),
  ]);
  const isKnown = ipFamilyPolicy === undefined || POLICIES.includes(ipFamilyPolicy);
  return isKnown ? problems : [...problems, notSupported(POLICY, ipFamilyPolicy, POLICIES)];
}

/** Each address by itself. */
function formProblems({ clusterIPs = [] }: Spec, before: readonly string[]): FieldProblem[] {
  return clusterIPs.flatMap((ip, i) => {
    if (i > 0 || ip !== NONE) return ipProblems(`${IPS}[${i}]`, ip, before);
    return clusterIPs.length > 1 ? [invalid(IPS, clusterIPs, "'None' must be the first and only value")] : [];
  });
}

function stackProblems(service: Frozen<Service>): FieldProblem[] {
  const { clusterIPs = [], ipFamilies = [] } = service.spec;
  const problems: FieldProblem[] = [];
  const familyOf = (ip: string): string => (parseIp(ip)?.family === 6 ? 'IPv6' : 'IPv4');
  // netutils.IsDualStackIPStrings looks for one address of each family, not for exactly one.
  if (clusterIPs.length > 1 && new Set(clusterIPs.map(familyOf)).size < 2) {
    problems.push(invalid(IPS, clusterIPs, 'may specify no more than one IP for each IP family'));
  }
  if (isHeadless(service)) return problems;
  for (const [i, ip] of clusterIPs.entries()) {
    const family = ipFamilies[i];
    if (family === undefined || !FAMILY_NAMES.includes(family) || family === familyOf(ip)) continue;
    problems.push(invalid(`${IPS}[${i}]`, ip, `expected an ${family} value as indicated by \`ipFamilies[${i}]\``));
  }
  return problems;
}

/** Problems of addresses and families, which are looked at before and after addresses are given out. */
export function clusterIpProblems(service: Frozen<Service>, old?: Frozen<Service>): FieldProblem[] {
  const { spec } = service;
  if (spec.type === 'ExternalName') return [];
  const ofForm = formProblems(spec, old?.spec.clusterIPs ?? []);
  const isTooLong = (spec.clusterIPs?.length ?? 0) > 2;
  return [
    ...agreementProblems(spec),
    ...familyProblems(spec),
    ...ofForm,
    ...(isTooLong ? [invalid(IPS, spec.clusterIPs, 'may only hold up to 2 values')] : []),
    ...(ofForm.length > 0 ? [] : stackProblems(service)),
  ];
}

function releasePolicyProblems({ ipFamilyPolicy }: Spec, what: string): FieldProblem[] {
  if (ipFamilyPolicy === 'SingleStack') return [];
  return [invalid(POLICY, ipFamilyPolicy, `must be set to 'SingleStack' when releasing the secondary ${what}`)];
}

/** The first address stays; a second one may come and go (validateUpgradeDowngradeClusterIPs). */
function addressChangeProblems(service: Frozen<Service>, old: Frozen<Service>): FieldProblem[] {
  if (isHeadless(service) && isHeadless(old)) return [];
  const { clusterIPs } = service.spec;
  const [now, before] = [clusterIPs ?? [], old.spec.clusterIPs ?? []];
  const changed = (i: number): FieldProblem => invalid(`${IPS}[${i}]`, clusterIPs, FIXED);
  if (now.length === before.length) return before.flatMap((ip, i) => (ip === now[i] ? [] : [changed(i)]));
  if (now.length === 0) return [invalid(`${IPS}[0]`, clusterIPs, 'primary clusterIP can not be unset')];
  const problems = before.length > 0 && now[0] !== before[0] ? [changed(0)] : [];
  if (now.length < before.length && now.length === 1)
    problems.push(...releasePolicyProblems(service.spec, 'clusterIP'));
  return problems;
}

/** The same for families (validateUpgradeDowngradeIPFamilies), which headless services may change. */
function familyChangeProblems(service: Frozen<Service>, old: Frozen<Service>): FieldProblem[] {
  if (isHeadless(service) || isHeadless(old)) return [];
  const { clusterIPs, ipFamilies } = service.spec;
  const [now, before] = [ipFamilies ?? [], old.spec.ipFamilies ?? []];
  const first = `${FAMILIES}[0]`;
  if (now.length === before.length)
    return before.flatMap((family, i) => (family === now[i] ? [] : [invalid(first, ipFamilies, FIXED)]));
  const isReleased = now.length < before.length && (clusterIPs ?? []).length === 0;
  const problems = isReleased ? [invalid(first, ipFamilies, 'primary ipFamily can not be unset')] : [];
  // Upstream shows the addresses here.
  if (now.length > 0 && before.length > 0 && now[0] !== before[0]) problems.push(invalid(first, clusterIPs, FIXED));
  if (now.length < before.length && now.length === 1) problems.push(...releasePolicyProblems(service.spec, 'ipFamily'));
  return problems;
}

/** Problems of a change of addresses and families. */
export function clusterIpChangeProblems(service: Frozen<Service>, old: Frozen<Service>): FieldProblem[] {
  if (service.spec.type === 'ExternalName' || old.spec.type === 'ExternalName') return [];
  return [...addressChangeProblems(service, old), ...familyChangeProblems(service, old)];
}
