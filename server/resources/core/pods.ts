import type { Frozen } from '../../base/freeze.ts';
import { RecentWeakMap } from '../../base/recent-weak-map.ts';
import { type FieldProblem, forbiddenField } from '../../kube/field-problem.ts';
import { dnsLabelProblems } from '../../kube/names.ts';
import type { Binding, Pod, PodSpec, PodStatus } from '../../kube/types.gen.ts';
import type { ResourceDefinition } from '../../registry/resource.ts';
import { addMatchLabelKeys } from '../shared/pod-affinity-keys.ts';
import { shareAllocated } from '../shared/pod-allocated-parts.ts';
import { podAnnotationUpdateProblems } from '../shared/pod-annotation-rules.ts';
import { copyAppArmorAnnotations } from '../shared/pod-app-armor.ts';
import { bindPod } from '../shared/pod-binding.ts';
import { setPodCondition } from '../shared/pod-conditions.ts';
import { ephemeralContainers } from '../shared/pod-ephemeral-containers.ts';
import { eviction } from '../shared/pod-eviction.ts';
import { resize } from '../shared/pod-resize.ts';
import { fillPodResources, podQos } from '../shared/pod-resources.ts';
import { podProblems, soundChanges } from '../shared/pod-rules.ts';
import { openContainers, openPodSpec } from '../shared/pod-spec-copy.ts';
import { fillPodSpecDefaults } from '../shared/pod-spec-defaults.ts';
import { podStatusProblems, preserveStatus } from '../shared/pod-status-rules.ts';
import { podCells, podRowConditions } from '../shared/pod-status-text.ts';
import { podUpdateProblems } from '../shared/pod-update-rules.ts';
import { podWarnings } from '../shared/pod-warnings.ts';
import { roundAmounts } from '../shared/resource-amounts.ts';
import { withMissing } from '../shared/sorted-keys.ts';

/** Defaults of pods that their templates do not have (SetDefaults_Pod). */
function fillPodDefaults({ spec, status }: Pod): void {
  // What is frozen has been stored, and has them.
  if (!Object.isFrozen(spec)) fillSpecDefaults(spec);
  if (!Object.isFrozen(status)) fillStatusDefaults(status);
}

function fillSpecDefaults(spec: PodSpec): void {
  if ((spec.terminationGracePeriodSeconds ?? 0) < 0) spec.terminationGracePeriodSeconds = 1;
  if (spec.hostNetwork) openContainers(spec); // which may be new: then ports of stored containers change
  fillContainersOfPod(spec.containers, spec);
  fillContainersOfPod(spec.initContainers, spec);
  spec.enableServiceLinks ??= true;
  fillPodSpecDefaults(spec);
}

function fillContainersOfPod(containers: PodSpec['containers'] | undefined, { hostNetwork }: PodSpec): void {
  for (const container of containers ?? []) {
    if (Object.isFrozen(container)) continue;
    const { resources, ports } = container;
    if (resources.limits && !Object.isFrozen(resources))
      resources.requests = withMissing(resources.requests, resources.limits);
    if (hostNetwork && ports)
      container.ports = ports.map((port) => ({ ...port, hostPort: port.hostPort || port.containerPort }));
  }
}

/** `podIP` and the first of `podIPs` are the same; the old field wins. */
function fillStatusDefaults(status: PodStatus): void {
  const { podIP, podIPs } = status;
  if (podIP && podIP !== podIPs?.[0]?.ip) status.podIPs = [{ ip: podIP }];
  else if (!podIP && podIPs?.[0]?.ip) status.podIP = podIPs[0].ip;
  roundAllocated(status.initContainerStatuses);
  roundAllocated(status.containerStatuses);
  roundAllocated(status.ephemeralContainerStatuses);
}

function roundAllocated(statuses: PodStatus['containerStatuses']): void {
  for (const { allocatedResources, resources } of statuses ?? []) {
    roundAmounts(allocatedResources);
    roundAmounts(resources?.limits);
    roundAmounts(resources?.requests);
  }
}

function validateUpdate(pod: Frozen<Pod>, old: Frozen<Pod>): FieldProblem[] {
  const { annotations } = pod.metadata;
  const before = old.metadata.annotations;
  const changes = soundChanges(pod.spec, old.spec);
  // Images may always change, and what a rule for changes looks at besides is as it was.
  const onlyImages = changes?.every((field) => field === 'image') ?? false;
  return [
    ...podProblems(pod, changes !== undefined),
    ...(annotations === before ? [] : podAnnotationUpdateProblems(annotations, before, 'metadata.annotations')),
    ...(onlyImages ? [] : podUpdateProblems(pod, old)),
  ];
}

function validate(pod: Frozen<Pod>, old?: Frozen<Pod>): FieldProblem[] {
  if (old) return validateUpdate(pod, old);
  const { spec } = pod;
  const problems = podProblems(pod);
  if (spec.ephemeralContainers?.length)
    problems.push(forbiddenField('spec.ephemeralContainers', 'cannot be set on create'));
  if (spec.nodeName && spec.schedulingGates?.length) {
    problems.push(forbiddenField('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  }
  return problems;
}

/** Templates of which pods are made at the same time, and then some. */
const SPECS_MAX = 512;

/** Specs that nothing is to be said about, whatever the pod's annotations. */
const quietSpecs = new RecentWeakMap<Frozen<Pod['spec']>, true>(SPECS_MAX);

/** The annotations that warnings are about belong to features that never left alpha. */
const OLD_ANNOTATION = 'alpha.kubernetes.io/';

function specWarnings({ spec, metadata }: Frozen<Pod>): readonly string[] {
  const isAnnotated = Object.keys(metadata.annotations ?? {}).some((key) => key.includes(OLD_ANNOTATION));
  if (!isAnnotated && quietSpecs.get(spec)) return [];
  const warnings = podWarnings(spec, metadata, '');
  if (warnings.length === 0 && !isAnnotated && Object.isFrozen(spec)) quietSpecs.set(spec, true);
  return warnings;
}

function withoutNode({ nodeName: _node, ...wanted }: Frozen<Pod['spec']>): object {
  return wanted;
}

/** CheckGracefulDelete: only a pod that runs somewhere needs time to stop. */
function graceSeconds({ spec, status }: Frozen<Pod>, asked: number | undefined): number {
  if (!spec.nodeName || status.phase === 'Failed' || status.phase === 'Succeeded') return 0;
  const seconds = asked ?? spec.terminationGracePeriodSeconds ?? 0;
  return seconds < 0 ? 1 : seconds;
}

export const definition: ResourceDefinition<Pod> = {
  resource: 'pods',
  rechecksGenerateName: true,
  fillDefaults: fillPodDefaults,
  beforeCreate(pod, { clock, warn }) {
    copyAppArmorAnnotations(pod, warn);
    pod.status = { phase: 'Pending' };
    if (pod.spec.schedulingGates?.length) {
      const message = 'Scheduling is blocked due to non-empty scheduling gates';
      setPodCondition(
        pod.status,
        { type: 'PodScheduled', status: 'False', reason: 'SchedulingGated', message },
        clock.now(),
      );
    }
    addMatchLabelKeys(pod);
    fillPodResources(pod.spec);
    pod.status.qosClass = podQos(pod.spec as Frozen<Pod['spec']>);
    return undefined;
  },
  beforeUpdate(pod, old) {
    // Clients that do not know the resources of whole pods leave them out.
    if (!pod.spec.resources && old.spec.resources)
      pod.spec.resources = old.spec.resources as typeof pod.spec.resources & {};
    return undefined;
  },
  beforeStatusUpdate(pod, old) {
    preserveStatus(pod.status, old.status);
    shareAllocated(pod);
  },
  sharesSpec: true,
  openSpec: (spec) => openPodSpec(spec as Frozen<PodSpec>),
  validate,
  checksEnums: true,
  validateStatus: podStatusProblems,
  warnings: (pod, old) => {
    if (old) return [];
    const details = dnsLabelProblems(pod.metadata.name ?? '');
    const hint =
      "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS " +
      'label is recommended';
    return [...(details.length > 0 ? [`${hint}: [${details.join(' ')}]`] : []), ...specWarnings(pod)];
  },
  // Being put on a node is no change of what is wanted.
  generationSince: 33,
  generation: ({ spec }) => (spec.nodeName === undefined ? spec : withoutNode(spec)),
  statusKeeps: ['ownerReferences'],
  graceSeconds,
  returnsDeleted: true,
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.host': ({ spec }) => spec.nodeName ?? '',
    'spec.restartPolicy': ({ spec }) => spec.restartPolicy ?? '',
    'spec.schedulerName': ({ spec }) => spec.schedulerName ?? '',
    'spec.serviceAccountName': ({ spec }) => spec.serviceAccountName ?? '',
    'spec.hostNetwork': ({ spec }) => String(spec.hostNetwork ?? false),
    'status.phase': ({ status }) => status.phase ?? '',
    'status.podIP': ({ status }) => status.podIPs?.[0]?.ip ?? '',
    'status.podIPs': () => '',
    'status.nominatedNodeName': ({ status }) => status.nominatedNodeName ?? '',
  },
  cells: podCells,
  rowConditions: podRowConditions,
  subresources: {
    binding: {
      checksName: true,
      create: async (object, call) => ({
        status: 201,
        object: await bindPod(object as unknown as Binding, call.key, call),
      }),
    },
    eviction,
    ephemeralcontainers: ephemeralContainers,
    resize,
  },
};
