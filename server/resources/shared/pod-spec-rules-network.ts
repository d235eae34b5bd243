/** Rules for ports, names and name resolution of pods. */
import type { Frozen } from '../../base/freeze.ts';
import {
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
  tooLong,
} from '../../kube/field-problem.ts';
import { dnsSubdomainProblems, portNameProblems } from '../../kube/names.ts';
import type { Container, ContainerPort, HostAlias, PodSpec } from '../../kube/types.gen.ts';
import { ipProblems } from './ip-rules.ts';
import { portNumberProblems } from './name-rules.ts';

const PROTOCOLS = ['SCTP', 'TCP', 'UDP'];
const NAME_SERVERS_MAX = 3;
const SEARCHES_MAX = 32;
const SEARCH_CHARACTERS_MAX = 2048;
const UNDERSCORE_LABEL = '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?';
const UNDERSCORE_FORMAT = `${UNDERSCORE_LABEL}(\\.${UNDERSCORE_LABEL})*`;
const UNDERSCORE_NAME = new RegExp(`^${UNDERSCORE_FORMAT}$`);
const UNDERSCORE_RULE =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', " +
  'and must start and end with an alphanumeric character';
const DNS_POLICIES = ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None'];

/** Rules for the `ports` of a container. */
export function containerPortProblems(ports: Frozen<ContainerPort[]>, path: string): FieldProblem[] {
  const names = new Set<string>();
  return ports.flatMap(({ name = '', containerPort, hostPort = 0, protocol }, i) => {
    const at = `${path}[${i}]`;
    const problems: FieldProblem[] = [];
    const details = name === '' ? [] : portNameProblems(name);
    for (const detail of details) problems.push(invalid(`${at}.name`, name, detail));
    if (name !== '' && details.length === 0) {
      if (names.has(name)) problems.push(duplicate(`${at}.name`, name));
      names.add(name);
    }
    if (containerPort === 0) problems.push(required(`${at}.containerPort`));
    else problems.push(...portNumberProblems(`${at}.containerPort`, containerPort));
    if (hostPort !== 0) problems.push(...portNumberProblems(`${at}.hostPort`, hostPort));
    if (!PROTOCOLS.includes(protocol)) problems.push(notSupported(`${at}.protocol`, protocol, PROTOCOLS));
    return problems;
  });
}

/** Containers cannot share a port of the node. @param indexes the index of each container in its list */
export function hostPortConflicts(containers: readonly Frozen<Container>[], path: string): FieldProblem[] {
  const taken = new Set<string>();
  return containers.flatMap(({ ports = [] }, i) =>
    ports.flatMap(({ hostPort = 0, protocol, hostIP = '' }, j) => {
      if (hostPort === 0) return [];
      const id = `${protocol}/${hostIP}/${hostPort}`;
      if (taken.has(id)) return [duplicate(`${path}[${i}].ports[${j}].hostPort`, id)];
      taken.add(id);
      return [];
    }),
  );
}

/** On the network of the node, a container's port is the node's. Templates may leave it to the pod's defaults. */
export function hostNetworkProblems(spec: Frozen<PodSpec>, path: string, isPod: boolean): FieldProblem[] {
  if (!spec.hostNetwork) return [];
  return (spec.containers ?? []).flatMap(({ ports = [] }, i) =>
    ports.flatMap(({ hostPort = 0, containerPort }, j) => {
      if (hostPort === containerPort || (!isPod && hostPort === 0)) return [];
      const detail = 'must match `containerPort` when `hostNetwork` is true';
      return [invalid(`${path}.containers[${i}].ports[${j}].hostPort`, hostPort, detail)];
    }),
  );
}

/** Rules for `dnsPolicy`. */
export function dnsPolicyProblems(policy: string | undefined, path: string): FieldProblem[] {
  if (!policy) return [required(path)];
  return DNS_POLICIES.includes(policy) ? [] : [notSupported(path, policy, DNS_POLICIES)];
}

function searchProblems(search: string, path: string): FieldProblem[] {
  const name = search.endsWith('.') ? search.slice(0, -1) : search;
  if (search === '.') return [];
  const problems = name.length > 253 ? [invalid(path, name, 'must be no more than 253 characters')] : [];
  if (UNDERSCORE_NAME.test(name)) return problems;
  const detail = `${UNDERSCORE_RULE} (e.g. 'example.com', regex used for validation is '${UNDERSCORE_FORMAT}')`;
  return [...problems, invalid(path, name, detail)];
}

/** Rules for `dnsConfig`. */
export function dnsConfigProblems({ dnsConfig, dnsPolicy }: Frozen<PodSpec>, path: string): FieldProblem[] {
  const isNone = dnsPolicy === 'None';
  if (!dnsConfig) return isNone ? [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')] : [];
  const { nameservers = [], searches = [], options = [] } = dnsConfig;
  if (isNone && nameservers.length === 0) {
    return [required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  }
  const problems: FieldProblem[] = [];
  if (nameservers.length > NAME_SERVERS_MAX) {
    problems.push(
      invalid(`${path}.nameservers`, nameservers, `must not have more than ${NAME_SERVERS_MAX} nameservers`),
    );
  }
  problems.push(...nameservers.flatMap((server, i) => ipProblems(`${path}.nameservers[${i}]`, server)));
  if (searches.length > SEARCHES_MAX) {
    problems.push(invalid(`${path}.searches`, searches, `must not have more than ${SEARCHES_MAX} search paths`));
  }
  if (searches.join(' ').length > SEARCH_CHARACTERS_MAX) {
    const detail = `must not have more than ${SEARCH_CHARACTERS_MAX} characters (including spaces) in the search list`;
    problems.push(invalid(`${path}.searches`, searches, detail));
  }
  problems.push(...searches.flatMap((search, i) => searchProblems(search, `${path}.searches[${i}]`)));
  options.forEach(({ name }, i) => {
    if (!name) problems.push(required(`${path}.options[${i}]`, 'must not be empty'));
  });
  return problems;
}

/** Rules for `hostAliases`. */
export function hostAliasProblems(aliases: Frozen<HostAlias[]> | undefined, path: string): FieldProblem[] {
  return (aliases ?? []).flatMap(({ ip, hostnames = [] }, i) => [
    ...ipProblems(`${path}[${i}].ip`, ip),
    ...hostnames.flatMap((name, j) =>
      dnsSubdomainProblems(name).map((detail) => invalid(`${path}[${i}].hostnames[${j}]`, name, detail)),
    ),
  ]);
}

/** Rules for `hostnameOverride`. */
export function hostnameOverrideProblems(spec: Frozen<PodSpec>, path: string): FieldProblem[] {
  const { hostnameOverride: name } = spec;
  if (name === undefined) return [];
  const problems: FieldProblem[] = [];
  if (spec.setHostnameAsFQDN)
    problems.push(forbiddenField(path, 'may not be specified when setHostnameAsFQDN is true'));
  if (spec.hostNetwork) problems.push(forbiddenField(path, 'may not be specified when hostNetwork is true'));
  if (name.length > 64) problems.push(tooLong(path, 64));
  return [...problems, ...dnsSubdomainProblems(name).map((detail) => invalid(path, name, detail))];
}
