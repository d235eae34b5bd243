/** Rules of the spec of a stateful set (pkg/apis/apps/validation). */
import { deepEqual, type Frozen } from '../../base/freeze.ts';
import { type FieldProblem, immutable, invalid, notSupported, required } from '../../kube/field-problem.ts';
import { dnsLabelProblems } from '../../kube/names.ts';
import type { PodTemplateSpec, RollingUpdateStatefulSetStrategy, StatefulSetSpec } from '../../kube/types.gen.ts';
import { claimSpecProblems } from './claim-rules.ts';
import { internalForm, internalList } from './internal-form.ts';
import { above100PercentProblems, intOrPercentProblems, intOrPercentValue, negativeProblems } from './number-rules.ts';
import { podTemplateProblems } from './pod-spec-rules.ts';
import { mismatchProblems, readSelector } from './selector-rules.ts';
import { requiredSelectorProblems, restartProblems } from './workload-rules.ts';

const POLICY = 'spec.podManagementPolicy';
const STRATEGY = 'spec.updateStrategy';
const RETENTION = 'spec.persistentVolumeClaimRetentionPolicy';
const CLAIMS = 'spec.volumeClaimTemplates';

type Spec = Frozen<StatefulSetSpec>;

/** Rules in upstream's order; `old` on a change. */
export function statefulSetProblems(spec: Spec, old?: Spec): FieldProblem[] {
  const problems = [...managementProblems(spec.podManagementPolicy ?? ''), ...strategyProblems(spec)];
  problems.push(...retentionProblems(spec.persistentVolumeClaimRetentionPolicy));
  if (!old) {
    const claims = spec.volumeClaimTemplates ?? [];
    problems.push(...claims.flatMap((claim, i) => claimSpecProblems(claim.spec, `${CLAIMS}[${i}].spec`)));
  }
  problems.push(
    ...negativeProblems('spec.replicas', spec.replicas),
    ...negativeProblems('spec.minReadySeconds', spec.minReadySeconds),
    ...negativeProblems('spec.ordinals.start', spec.ordinals?.start),
  );
  if (!old && spec.serviceName) {
    const { serviceName } = spec;
    for (const detail of dnsLabelProblems(serviceName)) problems.push(invalid('spec.serviceName', serviceName, detail));
  }
  problems.push(...selectorAndTemplateProblems(spec), ...restartProblems(spec.template, 'StatefulSet'));
  return old ? [...problems, ...changeProblems(spec, old)] : problems;
}

function managementProblems(policy: string): FieldProblem[] {
  if (policy === '') return [required(POLICY)];
  const known = policy === 'OrderedReady' || policy === 'Parallel';
  return known ? [] : [invalid(POLICY, policy, "must be 'OrderedReady' or 'Parallel'")];
}

function strategyProblems({ updateStrategy }: Spec): FieldProblem[] {
  const { type = '', rollingUpdate } = updateStrategy;
  if (type === '') return [required(STRATEGY)];
  if (type === 'RollingUpdate') return rollingUpdate ? rollingUpdateProblems(rollingUpdate) : [];
  if (type === 'OnDelete') {
    if (!rollingUpdate) return [];
    const shown = internalForm(rollingUpdate, 'io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy');
    return [invalid(`${STRATEGY}.rollingUpdate`, shown, "only allowed for updateStrategy 'RollingUpdate'")];
  }
  const shown = internalForm(updateStrategy, 'io.k8s.api.apps.v1.StatefulSetUpdateStrategy');
  return [invalid(STRATEGY, shown, "must be 'RollingUpdate' or 'OnDelete'")];
}

function rollingUpdateProblems({
  partition,
  maxUnavailable,
}: Frozen<RollingUpdateStatefulSetStrategy>): FieldProblem[] {
  const path = `${STRATEGY}.rollingUpdate`;
  const problems = negativeProblems(`${path}.partition`, partition);
  if (maxUnavailable === undefined) return problems;
  const at = `${path}.maxUnavailable`;
  problems.push(...intOrPercentProblems(at, maxUnavailable));
  if (intOrPercentValue(maxUnavailable) === 0) problems.push(invalid(at, maxUnavailable, 'cannot be 0'));
  return [...problems, ...above100PercentProblems(at, maxUnavailable)];
}

function retentionProblems(policy: Spec['persistentVolumeClaimRetentionPolicy']): FieldProblem[] {
  if (!policy) return [];
  const choices = ['Retain', 'Delete'];
  return (['whenDeleted', 'whenScaled'] as const).flatMap((field) => {
    const value = policy[field] ?? '';
    return choices.includes(value) ? [] : [notSupported(`${RETENTION}.${field}`, value, choices)];
  });
}

function selectorAndTemplateProblems(spec: Spec): FieldProblem[] {
  const { selector, template } = spec;
  const problems = requiredSelectorProblems(selector, 'statefulset');
  if (selector && !readSelector(selector)) return [...problems, invalid('spec.selector', selector, '')];
  return [
    ...problems,
    ...mismatchProblems(selector, template.metadata?.labels, 'spec.template'),
    ...podTemplateProblems(templateOfPods(spec), 'spec.template'),
  ];
}

/** The template as the controller will use it: with the volumes of the claims, and host names of its own. */
function templateOfPods({ template, volumeClaimTemplates: claims = [] }: Spec): Frozen<PodTemplateSpec> {
  const { subdomain: _subdomain, hostname: _hostname, volumes = [], ...rest } = template.spec;
  const names = [...new Set(claims.map(({ metadata }) => metadata.name ?? ''))];
  const own = volumes.filter(({ name }) => !names.includes(name));
  const made = names.map((name) => ({ name, persistentVolumeClaim: { claimName: name } }));
  const all = [...made, ...own];
  return { ...template, spec: { ...rest, ...(all.length > 0 && { volumes: all }) } };
}

function changeProblems(spec: Spec, old: Spec): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (!deepEqual(spec.selector, old.selector)) problems.push(immutable('spec.selector', spec.selector));
  if (!deepEqual(spec.volumeClaimTemplates ?? [], old.volumeClaimTemplates ?? [])) {
    const shown = internalList(spec.volumeClaimTemplates, 'io.k8s.api.core.v1.PersistentVolumeClaim');
    problems.push(immutable(CLAIMS, shown));
  }
  if (spec.serviceName !== old.serviceName) problems.push(immutable('spec.serviceName', spec.serviceName));
  if (spec.podManagementPolicy !== old.podManagementPolicy) problems.push(immutable(POLICY, spec.podManagementPolicy));
  return problems;
}
