/** Rules for the containers of pods: validateContainers, validateInitContainers, validateEphemeralContainers. */
import type { Frozen } from '../../base/freeze.ts';
import {
  absent,
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
  tooMany,
} from '../../kube/field-problem.ts';
import { dnsLabelProblems } from '../../kube/names.ts';
import type { Container, ContainerRestartRule, EphemeralContainer, PodSpec } from '../../kube/types.gen.ts';
import { isSidecar } from './pod-containers.ts';
import { envFromProblems, envProblems } from './pod-spec-rules-env.ts';
import { devicesProblems, mountsProblems, type Volumes } from './pod-spec-rules-mounts.ts';
import { containerPortProblems, hostPortConflicts } from './pod-spec-rules-network.ts';
import { lifecycleProblems, probeProblems } from './pod-spec-rules-probes.ts';
import { containerResourceProblems, resizePolicyProblems } from './pod-spec-rules-resources.ts';
import { containerSecurityProblems } from './pod-spec-rules-security.ts';

/** What the rules of one container need to know of its pod. */
export interface PodFacts {
  readonly spec: Frozen<PodSpec>;
  readonly volumes: Volumes;
  readonly claimNames: ReadonlySet<string>;
}

const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never'];
const MESSAGE_POLICIES = ['File', 'FallbackToLogsOnError'];
const RESTART_POLICIES = ['Always', 'Never', 'OnFailure'];
const RESTART_ACTIONS = ['Restart', 'RestartAllContainers'];
const EXIT_CODE_OPERATORS = ['In', 'NotIn'];
const RULES_MAX = 20;
const EXIT_CODES_MAX = 255;

/** Whether nothing is to be said about an `imagePullPolicy`. */
export const isPullPolicy = (policy: string | undefined): boolean =>
  policy !== undefined && PULL_POLICIES.includes(policy);

/** Whether nothing is to be said about a `terminationMessagePolicy`. */
export const isMessagePolicy = (policy: string | undefined): boolean =>
  policy !== undefined && MESSAGE_POLICIES.includes(policy);

/** Rules for `imagePullPolicy`. */
export function pullPolicyProblems(path: string, policy: string | undefined): FieldProblem[] {
  if (!policy) return [required(path)];
  return isPullPolicy(policy) ? [] : [notSupported(path, policy, PULL_POLICIES)];
}

/** What holds for containers of all kinds. */
function commonProblems(
  container: Frozen<Container>,
  { spec, volumes, claimNames }: PodFacts,
  path: string,
): FieldProblem[] {
  const { name, image, terminationMessagePolicy: policy = '' } = container;
  const problems: FieldProblem[] = [];
  if (name === '') problems.push(required(`${path}.name`));
  else for (const detail of dnsLabelProblems(name)) problems.push(invalid(`${path}.name`, name, detail));
  if (!image) problems.push(required(`${path}.image`));
  if (policy === '') problems.push(required(`${path}.terminationMessagePolicy`));
  else if (!isMessagePolicy(policy)) {
    problems.push(notSupported(`${path}.terminationMessagePolicy`, policy, MESSAGE_POLICIES));
  }
  return [
    ...problems,
    ...containerPortProblems(container.ports ?? [], `${path}.ports`),
    ...envProblems(container.env ?? [], `${path}.env`),
    ...envFromProblems(container.envFrom ?? [], `${path}.envFrom`),
    ...mountsProblems(container, volumes, `${path}.volumeMounts`),
    ...devicesProblems(container, volumes, `${path}.volumeDevices`),
    ...pullPolicyProblems(`${path}.imagePullPolicy`, container.imagePullPolicy),
    ...containerResourceProblems(container.resources, claimNames, `${path}.resources`),
    ...resizePolicyProblems(container.resizePolicy ?? [], spec.restartPolicy ?? '', `${path}.resizePolicy`),
    ...containerSecurityProblems(container.securityContext, spec.hostUsers ?? true, `${path}.securityContext`),
  ];
}

function restartRuleProblems({ action = '', exitCodes }: Frozen<ContainerRestartRule>, path: string): FieldProblem[] {
  const problems = RESTART_ACTIONS.includes(action) ? [] : [notSupported(`${path}.action`, action, RESTART_ACTIONS)];
  if (!exitCodes) return [...problems, required(`${path}.exitCodes`, 'must be specified')];
  const { operator = '', values = [] } = exitCodes;
  const at = `${path}.exitCodes`;
  if (!EXIT_CODE_OPERATORS.includes(operator))
    problems.push(notSupported(`${at}.operator`, operator, EXIT_CODE_OPERATORS));
  if (values.length > EXIT_CODES_MAX) problems.push(tooMany(`${at}.values`, values.length, EXIT_CODES_MAX));
  return problems;
}

function restartProblems(
  { restartPolicy, restartPolicyRules: rules = [] }: Frozen<Container>,
  path: string,
): FieldProblem[] {
  const at = `${path}.restartPolicy`;
  const problems: FieldProblem[] = [];
  if (restartPolicy === undefined) {
    if (rules.length === 0) return [];
    problems.push(required(at, 'must specify restartPolicy when restart rules are used'));
  } else if (!RESTART_POLICIES.includes(restartPolicy))
    problems.push(notSupported(at, restartPolicy, RESTART_POLICIES));
  if (rules.length > RULES_MAX) problems.push(tooMany(`${path}.restartPolicyRules`, rules.length, RULES_MAX));
  return [...problems, ...rules.flatMap((rule, i) => restartRuleProblems(rule, `${path}.restartPolicyRules[${i}]`))];
}

function runningProblems(container: Frozen<Container>, { spec }: PodFacts, path: string): FieldProblem[] {
  const grace = spec.terminationGracePeriodSeconds;
  return [
    ...lifecycleProblems(container.lifecycle, grace, `${path}.lifecycle`),
    ...probeProblems('liveness', container.livenessProbe, grace, `${path}.livenessProbe`),
    ...probeProblems('readiness', container.readinessProbe, grace, `${path}.readinessProbe`),
    ...probeProblems('startup', container.startupProbe, grace, `${path}.startupProbe`),
  ];
}

/** Rules for `containers`. */
export function containersProblems(facts: PodFacts, path: string): FieldProblem[] {
  const containers = facts.spec.containers ?? [];
  if (containers.length === 0) return [required(path)];
  const names = new Set<string>();
  const problems = containers.flatMap((container, i) => {
    const at = `${path}[${i}]`;
    const own = commonProblems(container, facts, at);
    if (names.has(container.name)) own.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    return [...own, ...runningProblems(container, facts, at), ...restartProblems(container, at)];
  });
  return [...problems, ...hostPortConflicts(containers, path)];
}

const INIT_ONLY = 'may not be set for init containers without restartPolicy=Always';

function initProblems(container: Frozen<Container>, facts: PodFacts, path: string): FieldProblem[] {
  if (isSidecar(container)) return runningProblems(container, facts, path);
  const fields = ['lifecycle', 'livenessProbe', 'readinessProbe', 'startupProbe'] as const;
  const problems = fields
    .filter((field) => container[field] !== undefined)
    .map((field) => forbiddenField(`${path}.${field}`, INIT_ONLY));
  (container.resizePolicy ?? []).forEach(({ restartPolicy }, i) => {
    const detail = "must not be set to 'RestartContainer' for non-sidecar initContainers";
    const at = `${path}.resizePolicy[${i}].restartPolicy`;
    if (restartPolicy === 'RestartContainer') problems.push(invalid(at, restartPolicy, detail));
  });
  return problems;
}

/** Rules for `initContainers`. */
export function initContainersProblems(facts: PodFacts, path: string): FieldProblem[] {
  const names = new Set((facts.spec.containers ?? []).map(({ name }) => name));
  return (facts.spec.initContainers ?? []).flatMap((container, i) => {
    const at = `${path}[${i}]`;
    const own = [...commonProblems(container, facts, at), ...restartProblems(container, at)];
    if (names.has(container.name)) own.push(duplicate(`${at}.name`, container.name));
    else if (container.name !== '') names.add(container.name);
    // They run one after the other: only a container's own ports can conflict, and upstream counts from 0 each time.
    return [...own, ...hostPortConflicts([container], path), ...initProblems(container, facts, at)];
  });
}

/** What debugging does not need, in Go's order. */
const NOT_EPHEMERAL = [
  'ports',
  'resources',
  'resizePolicy',
  'restartPolicy',
  'restartPolicyRules',
  'livenessProbe',
  'readinessProbe',
  'startupProbe',
  'lifecycle',
] as const;

const isSet = (value: unknown): boolean => value !== undefined && Object.keys(value as object).length > 0;

function ephemeralProblems(container: Frozen<EphemeralContainer>, path: string): FieldProblem[] {
  const detail = 'cannot be set for an Ephemeral Container';
  const { image = '', volumeMounts = [] } = container;
  return [
    ...NOT_EPHEMERAL.filter((field) => isSet(container[field])).map((field) =>
      forbiddenField(`${path}.${field}`, detail),
    ),
    ...(image === image.trim()
      ? []
      : [invalid(`${path}.image`, image, 'must not have leading or trailing whitespace')]),
    ...volumeMounts.flatMap((mount, i) =>
      (['subPath', 'subPathExpr'] as const)
        .filter((field) => mount[field])
        .map((field) => forbiddenField(`${path}.volumeMounts[${i}].${field}`, detail)),
    ),
  ];
}

/** Rules for `ephemeralContainers`. */
export function ephemeralContainersProblems(facts: PodFacts, path: string): FieldProblem[] {
  const { containers, initContainers, ephemeralContainers } = facts.spec;
  const others = new Set([...(containers ?? []), ...(initContainers ?? [])].map(({ name }) => name));
  const names = new Set(others);
  return (ephemeralContainers ?? []).flatMap((container, i) => {
    const at = `${path}[${i}]`;
    const own = commonProblems(container as Frozen<Container>, facts, at);
    if (names.has(container.name)) own.push(duplicate(`${at}.name`, container.name));
    names.add(container.name);
    const { targetContainerName: target } = container;
    if (target && !others.has(target)) own.push(absent(`${at}.targetContainerName`, target));
    return [...own, ...ephemeralProblems(container, at)];
  });
}
