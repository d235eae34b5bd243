/**
 * Rules for pod specs and for the templates that hold them: ValidatePodSpec and ValidatePodTemplateSpec, in their
 * order.
 */
import type { Frozen } from '../../base/freeze.ts';
import {
  absent,
  duplicate,
  type FieldProblem,
  forbiddenField,
  invalid,
  notSupported,
  required,
} from '../../kube/field-problem.ts';
import { dnsLabelProblems, dnsSubdomainProblems, qualifiedNameProblems } from '../../kube/names.ts';
import type { PodResourceClaim, PodSpec, PodTemplateSpec } from '../../kube/types.gen.ts';
import { annotationProblems, labelProblems } from '../../registry/object-meta.ts';
import { internalForm } from './internal-form.ts';
import { podAnnotationProblems } from './pod-annotation-rules.ts';
import { containersWithPaths } from './pod-containers.ts';
import {
  containersProblems,
  ephemeralContainersProblems,
  initContainersProblems,
} from './pod-spec-rules-containers.ts';
import {
  dnsConfigProblems,
  dnsPolicyProblems,
  hostAliasProblems,
  hostNetworkProblems,
  hostnameOverrideProblems,
} from './pod-spec-rules-network.ts';
import { containerResourceProblems, podResourceProblems } from './pod-spec-rules-resources.ts';
import { affinityProblems, gateProblems, spreadProblems, tolerationsProblems } from './pod-spec-rules-scheduling.ts';
import { hostProcessProblems, hostUserProblems, osProblems, podSecurityProblems } from './pod-spec-rules-security.ts';
import { volumeProblems } from './pod-spec-rules-volumes.ts';

const RESTART_POLICIES = ['Always', 'OnFailure', 'Never'];
const PREEMPTION_POLICIES = ['PreemptLowerPriority', 'Never'];
const DEADLINE_MAX = 2 ** 31 - 1;

/** What a rule may need to know besides the spec. */
export interface PodSpecOptions {
  /** The spec is a pod's own and not a template's: some rules are stricter. */
  readonly isPod?: boolean;
  /** Name of the pod, where it is known. */
  readonly podName?: string;
}

type Spec = Frozen<PodSpec>;

/** A name of some format, when there is one. */
function named(path: string, name: string | undefined, rules: (name: string) => string[]): FieldProblem[] {
  return (name ? rules(name) : []).map((detail) => invalid(path, name, detail));
}

function oneOf(path: string, value: string | undefined, supported: readonly string[]): FieldProblem[] {
  if (!value) return [required(path)];
  return supported.includes(value) ? [] : [notSupported(path, value, supported)];
}

function resourceClaimProblems(claims: Frozen<PodResourceClaim[]>, path: string): FieldProblem[] {
  const names = new Set<string>();
  return claims.flatMap((claim, i) => {
    const at = `${path}[${i}]`;
    const { name, resourceClaimName, resourceClaimTemplateName } = claim;
    const problems: FieldProblem[] = [];
    if (name === '') problems.push(required(`${at}.name`));
    else if (names.has(name)) problems.push(duplicate(`${at}.name`, name));
    else problems.push(...named(`${at}.name`, name, dnsLabelProblems));
    names.add(name);
    const shown = internalForm(claim, 'io.k8s.api.core.v1.PodResourceClaim');
    const count = [resourceClaimName, resourceClaimTemplateName].filter((text) => text !== undefined).length;
    if (count > 1)
      problems.push(
        invalid(at, shown, 'at most one of `resourceClaimName` or `resourceClaimTemplateName` may be specified'),
      );
    if (count === 0)
      problems.push(invalid(at, shown, 'must specify one of: `resourceClaimName`, `resourceClaimTemplateName`'));
    for (const field of ['resourceClaimName', 'resourceClaimTemplateName'] as const) {
      const text = claim[field];
      if (text !== undefined)
        problems.push(...dnsSubdomainProblems(text).map((detail) => invalid(`${at}.${field}`, text, detail)));
    }
    return problems;
  });
}

/** Variables that come from a file need a folder that the containers share. */
function fileKeyProblems(spec: Spec, path: string): FieldProblem[] {
  const volumes = new Map((spec.volumes ?? []).map((volume) => [volume.name, volume]));
  return containersWithPaths(spec, path).flatMap(({ container, at }) =>
    (container.env ?? []).flatMap(({ valueFrom }, i) => {
      const name = valueFrom?.fileKeyRef?.volumeName;
      if (name === undefined) return [];
      const where = `${at}.env[${i}].valueFrom.fileKeyRef.volumeName`;
      const volume = volumes.get(name);
      if (!volume) return [absent(where, name)];
      return volume.emptyDir ? [] : [invalid(where, name, 'referenced volume must be of type emptyDir')];
    }),
  );
}

function securityAndNetworkProblems(spec: Spec, path: string, isPod: boolean): FieldProblem[] {
  return [
    ...hostNetworkProblems(spec, path, isPod),
    ...oneOf(`${path}.restartPolicy`, spec.restartPolicy, RESTART_POLICIES),
    ...dnsPolicyProblems(spec.dnsPolicy, `${path}.dnsPolicy`),
    ...labelProblems(spec.nodeSelector, `${path}.nodeSelector`),
    ...podSecurityProblems(spec.securityContext, spec, `${path}.securityContext`),
    ...(spec.shareProcessNamespace && spec.hostPID
      ? [invalid(`${path}.shareProcessNamespace`, true, 'ShareProcessNamespace and HostPID cannot both be enabled')]
      : []),
    ...affinityProblems(spec.affinity, `${path}.affinity`),
    ...dnsConfigProblems(spec, `${path}.dnsConfig`),
    ...(spec.readinessGates ?? []).flatMap(({ conditionType }, i) =>
      qualifiedNameProblems(conditionType).map((detail) =>
        invalid(`${path}.readinessGates[${i}].conditionType`, conditionType, detail),
      ),
    ),
    ...gateProblems(spec.schedulingGates, `${path}.schedulingGates`),
    ...spreadProblems(spec.topologySpreadConstraints, `${path}.topologySpreadConstraints`),
    ...hostProcessProblems(spec, path),
    ...hostUserProblems(spec, path),
    ...hostnameOverrideProblems(spec, `${path}.hostnameOverride`),
  ];
}

function namesProblems(spec: Spec, path: string): FieldProblem[] {
  const { activeDeadlineSeconds: deadline, runtimeClassName, preemptionPolicy, overhead } = spec;
  const isInRange = deadline === undefined || (deadline >= 1 && deadline <= DEADLINE_MAX);
  return [
    ...named(`${path}.serviceAccountName`, spec.serviceAccountName, dnsSubdomainProblems),
    ...named(`${path}.nodeName`, spec.nodeName, dnsSubdomainProblems),
    ...(isInRange
      ? []
      : [invalid(`${path}.activeDeadlineSeconds`, deadline, `must be between 1 and ${DEADLINE_MAX}, inclusive`)]),
    ...named(`${path}.hostname`, spec.hostname, dnsLabelProblems),
    ...named(`${path}.subdomain`, spec.subdomain, dnsLabelProblems),
    ...tolerationsProblems(spec.tolerations, `${path}.tolerations`),
    ...hostAliasProblems(spec.hostAliases, `${path}.hostAliases`),
    ...named(`${path}.priorityClassName`, spec.priorityClassName, dnsSubdomainProblems),
    ...(runtimeClassName === undefined
      ? []
      : dnsSubdomainProblems(runtimeClassName).map((detail) =>
          invalid(`${path}.runtimeClassName`, runtimeClassName, detail),
        )),
    ...(preemptionPolicy === undefined ? [] : oneOf(`${path}.preemptionPolicy`, preemptionPolicy, PREEMPTION_POLICIES)),
    ...(overhead ? containerResourceProblems({ limits: overhead }, new Set(), `${path}.overhead`) : []),
    ...osProblems(spec, path),
  ];
}

/**
 * Rules of a pod spec.
 *
 * @example
 * podSpecProblems(pod.spec, 'spec', { isPod: true, podName: 'web' })
 */
export function podSpecProblems(spec: Spec, path: string, options: PodSpecOptions = {}): FieldProblem[] {
  const { isPod = false, podName = '' } = options;
  const missing =
    spec.terminationGracePeriodSeconds === undefined ? [required(`${path}.terminationGracePeriodSeconds`)] : [];
  const { problems: volumes, mountable } = volumeProblems(spec.volumes ?? [], `${path}.volumes`, podName);
  const claims = spec.resourceClaims ?? [];
  const claimNames = new Set(claims.map(({ name }) => name).filter((name) => name !== ''));
  const facts = { spec, volumes: mountable, claimNames };
  return [
    ...missing,
    ...volumes,
    ...resourceClaimProblems(claims, `${path}.resourceClaims`),
    ...containersProblems(facts, `${path}.containers`),
    ...initContainersProblems(facts, `${path}.initContainers`),
    ...ephemeralContainersProblems(facts, `${path}.ephemeralContainers`),
    ...(spec.resources ? podResourceProblems(spec, `${path}.resources`) : []),
    ...securityAndNetworkProblems(spec, path, isPod),
    ...namesProblems(spec, path),
    ...fileKeyProblems(spec, path),
  ];
}

/**
 * Rules of a pod template. Its labels and annotations are told without `metadata` in the path, as upstream does.
 *
 * @example
 * podTemplateProblems(deployment.spec.template, 'spec.template')
 */
export function podTemplateProblems(template: Frozen<PodTemplateSpec>, path: string): FieldProblem[] {
  const { metadata, spec } = template;
  const debug = `${path}.spec.ephemeralContainers`;
  return [
    ...labelProblems(metadata?.labels, `${path}.labels`),
    ...annotationProblems(metadata?.annotations, `${path}.annotations`),
    ...podAnnotationProblems(metadata?.annotations, spec, `${path}.annotations`),
    ...podSpecProblems(spec, `${path}.spec`),
    ...(spec.ephemeralContainers?.length
      ? [forbiddenField(debug, 'ephemeral containers not allowed in pod template')]
      : []),
  ];
}
