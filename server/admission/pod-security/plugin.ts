/** Pods keep to the Pod Security Standard of their namespace: PodSecurity. */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { invalidObject } from '../../kube/field-problem.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { resourceName } from '../../kube/object.ts';
import type { Namespace, Pod, PodTemplateSpec } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import type { AdmissionEnv, AdmissionPlugin } from '../plugin.ts';
import { finalRefusal } from '../refusal.ts';
import { detailsText, violations } from './checks.ts';
import { existingPodWarnings } from './existing-pods.ts';
import { compareLevels, isSame, Policies, type Policy, policyText } from './policy.ts';
import { exemptNamespaceWarning, hasExemptRuntimeClass, NO_SETTINGS, type PodSecuritySettings } from './settings.ts';
import type { AnyContainer, CheckedPod } from './violation.ts';

/** Where kinds that make pods keep the template. */
const TEMPLATES: Readonly<Record<string, readonly string[]>> = {
  replicationcontrollers: ['spec', 'template'],
  podtemplates: ['template'],
  'replicasets.apps': ['spec', 'template'],
  'deployments.apps': ['spec', 'template'],
  'statefulsets.apps': ['spec', 'template'],
  'daemonsets.apps': ['spec', 'template'],
  'jobs.batch': ['spec', 'template'],
  'cronjobs.batch': ['spec', 'jobTemplate', 'spec', 'template'],
};

/** The only ones that change what a pod runs. */
const POD_SUBRESOURCES: readonly (string | undefined)[] = [undefined, 'ephemeralcontainers', 'resize'];

export function podSecurity(env: AdmissionEnv, settings: PodSecuritySettings = NO_SETTINGS): AdmissionPlugin {
  const policies = new Policies(settings.defaults);
  const { exemptions } = settings;
  const policyIn = (namespace: string): Policy =>
    policies.of(env.find('namespaces', { namespace: '', name: namespace })?.value.metadata.labels);
  return {
    name: 'PodSecurity',
    handles({ operation, info, subresource }) {
      if (operation !== 'create' && operation !== 'update') return false;
      const resource = resourceName(info.group, info.resource);
      if (resource === 'pods') return POD_SUBRESOURCES.includes(subresource);
      return subresource === undefined && (resource === 'namespaces' || Object.hasOwn(TEMPLATES, resource));
    },
    validate(review) {
      const resource = resourceName(review.info.group, review.info.resource);
      if (resource === 'namespaces') return checkNamespace(review, { env, policies, settings });
      if (exemptions.namespaces.includes(review.key.namespace)) return;
      if (exemptions.usernames.includes(review.user.name)) return;
      const policy = policyIn(review.key.namespace);
      if (resource === 'pods') return checkPod(review, policy, settings);
      if (policy.warn.level === 'privileged') return;
      const template = templateOf(review, TEMPLATES[resource] ?? []);
      if (template && !hasExemptRuntimeClass(settings, template.spec)) warn(review, policy, template);
    },
  };
}

function templateOf({ object }: Review, path: readonly string[]): CheckedPod | undefined {
  let value: unknown = object;
  for (const field of path) value = (value as Record<string, unknown> | undefined)?.[field];
  const template = value as Frozen<PodTemplateSpec> | undefined;
  return template?.spec && { metadata: template.metadata ?? {}, spec: template.spec };
}

function warn(review: Review, { warn: asked }: Policy, pod: CheckedPod): void {
  const found = violations(asked, pod);
  if (found.length === 0) return;
  review.warn(`would violate PodSecurity ${goQuote(policyText(asked))}: ${detailsText(found)}`);
}

/** @throws ApiError 403 */
function checkPod(review: Review, policy: Policy, settings: PodSecuritySettings): void {
  if (policy.enforce.level === 'privileged' && policy.warn.level === 'privileged') return;
  const pod = review.object as unknown as Frozen<Pod>;
  if (review.operation === 'update' && !runsOther(pod, review.old as unknown as Frozen<Pod>)) return;
  if (hasExemptRuntimeClass(settings, pod.spec)) return;
  const found = violations(policy.enforce, pod);
  if (found.length === 0) {
    warn(review, policy, pod);
    return;
  }
  throw finalRefusal(review, `violates PodSecurity ${goQuote(policyText(policy.enforce))}: ${detailsText(found)}`);
}

/** Whether a change makes a pod run something else; nothing else that matters can be changed. */
function runsOther({ spec }: Frozen<Pod>, { spec: before }: Frozen<Pod>): boolean {
  const images = (containers: readonly unknown[] | null | undefined): string[] =>
    ((containers ?? []) as readonly AnyContainer[]).map(({ image = '' }) => image);
  if (!deepEqual(images(spec.containers), images(before.containers))) return true;
  if (!deepEqual(images(spec.initContainers), images(before.initContainers))) return true;
  return (spec.ephemeralContainers ?? []).some(
    ({ name, image }) => before.ephemeralContainers?.find((old) => old.name === name)?.image !== image,
  );
}

interface Rules {
  readonly env: AdmissionEnv;
  readonly policies: Policies;
  readonly settings: PodSecuritySettings;
}

/** @throws ApiError 422 for labels that cannot be read */
function checkNamespace(review: Review, { env, policies, settings }: Rules): void {
  const { metadata } = review.object as unknown as Namespace;
  const name = metadata.name ?? '';
  const policy = policies.of(metadata.labels);
  const old = review.operation === 'update' ? policies.of(review.old?.metadata.labels) : undefined;
  // Whoever changes something else need not mend labels that were wrong before.
  const areNew = policy.problems.length > 0 && !deepEqual(policy.problems, old?.problems);
  if (areNew) throw invalidObject({ group: '', kind: 'Namespace' }, name, policy.problems);
  const isExempt = settings.exemptions.namespaces.includes(name);
  const tellExempt = (): void => {
    const text = exemptNamespaceWarning(name, policy, metadata.labels ?? {}, settings);
    if (text !== undefined) review.warn(text);
  };
  if (!old && isExempt) tellExempt();
  if (!old || isSame(policy.enforce, old.enforce) || policy.enforce.level === 'privileged') return;
  const isLooser = compareLevels(policy.enforce.level, old.enforce.level) <= 0;
  if (isLooser && policy.enforce.version === old.enforce.version) return;
  if (isExempt) {
    tellExempt();
    return;
  }
  const pods = env
    .list('pods', name)
    .map(({ value }) => value as unknown as Frozen<Pod>)
    .filter(({ spec }) => !hasExemptRuntimeClass(settings, spec));
  for (const text of existingPodWarnings(name, policy.enforce, pods)) review.warn(text);
}
