/** The subresource by which running pods get more or less to work with: ValidatePodResize. */
import { deepEqual, type Frozen, thaw } from '../../base/freeze.ts';
import { type FieldProblem, forbiddenField, invalid } from '../../kube/field-problem.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Container, Pod, PodSpec, ResourceRequirements } from '../../kube/types.gen.ts';
import type { Subresource } from '../../registry/resource.ts';
import { isSidecar } from './pod-containers.ts';
import { isStatic, replaceParts, wholeForbidden } from './pod-parts.ts';
import { fillPodResources, podQos } from './pod-resources.ts';
import { podProblems } from './pod-rules.ts';

const ONLY_CPU_AND_MEMORY = 'only cpu and memory resources are mutable';
const LISTS = ['containers', 'initContainers'] as const;

type Containers = Frozen<Container[]> | null | undefined;
type Requirements = Frozen<ResourceRequirements> | undefined;
type Amounts = Readonly<Record<string, string>> | undefined;

/** The stored containers with new resources; as sent when they are not the same ones, for the rules to see. */
function resized(containers: Container[] | null | undefined, old: Containers): Container[] | undefined {
  if (!containers?.length) return containers ?? undefined;
  if (containers.some(({ name }, i) => name !== old?.[i]?.name)) return containers;
  return (old ?? []).map((container, i) => {
    const { resizePolicy: _policy, resources: _resources, ...rest } = container as Container;
    const { resources, resizePolicy } = containers[i] ?? {};
    return { ...rest, resources: resources ?? {}, ...(resizePolicy && { resizePolicy }) };
  });
}

function keepRest(pod: Pod, old: Frozen<Pod>): void {
  const { containers, initContainers, resources } = pod.spec;
  const isSame = LISTS.every((field) => (pod.spec[field]?.length ?? 0) === (old.spec[field]?.length ?? 0));
  if (isSame) {
    replaceParts(pod, old, {
      containers: resized(containers, old.spec.containers) as Container[],
      initContainers: resized(initContainers, old.spec.initContainers) as Container[],
      resources: resources as ResourceRequirements,
    });
  }
  const { spec } = pod;
  // Clients that do not know the resources of whole pods leave them out.
  if (!spec.resources && old.spec.resources) spec.resources = thaw(old.spec.resources) as ResourceRequirements;
  if (spec.resources) fillPodResources(spec);
}

/** Whether the node of a pod can do it: kubelets that can report what containers have. */
function isSupported({ status }: Frozen<Pod>): boolean {
  const running = status.containerStatuses?.find(({ state }) => state.running);
  return !running || running.resources !== undefined;
}

const isRemoved = (amounts: Amounts = {}, old: Amounts = {}): boolean =>
  Object.keys(old).some((name) => !Object.hasOwn(amounts, name));

function removalProblems(resources: Requirements, old: Requirements, path: string, what: string): FieldProblem[] {
  return (['requests', 'limits'] as const)
    .filter((bound) => isRemoved(resources?.[bound], old?.[bound]))
    .map((bound) => forbiddenField(`${path}.${bound}`, `${what} ${bound} cannot be removed`));
}

const othersOf = ({ cpu: _cpu, memory: _memory, ...others }: NonNullable<Amounts> = {}): object => others;

/** What of resources has to stay as it is. */
const fixedPart = ({ limits, requests, claims }: NonNullable<Requirements>): object => ({
  limits: othersOf(limits),
  requests: othersOf(requests),
  claims: claims ?? [],
});

const isAllowed = (container: Frozen<Container>, old: Frozen<Container> | undefined): boolean =>
  old !== undefined &&
  deepEqual(
    { ...container, resources: fixedPart(container.resources) },
    { ...old, resources: fixedPart(old.resources) },
  );

function isSet(resources: Requirements): boolean {
  return Object.keys({ ...resources?.requests, ...resources?.limits }).length > 0;
}

/** Rules for the resources of the pod as a whole. */
function wholeProblems({ resources }: Frozen<PodSpec>, { resources: old }: Frozen<PodSpec>): FieldProblem[] {
  if (!isSet(resources) && !isSet(old)) return [];
  const problems = removalProblems(resources, old, 'spec.resources', 'pod-level resource');
  const isFixed = deepEqual(fixedPart(resources ?? {}), fixedPart(old ?? {}));
  return isFixed ? problems : [...problems, forbiddenField('spec', `${ONLY_CPU_AND_MEMORY} at pod-level`)];
}

/** Containers keep their places: without that nothing can be compared. */
function orderProblems(spec: Frozen<PodSpec>, old: Frozen<PodSpec>): FieldProblem[] {
  return LISTS.flatMap((field) => {
    const [next, before] = [spec[field] ?? [], old[field] ?? []];
    const path = `spec.${field}`;
    if (next.length !== before.length) return [forbiddenField(path, `${field} may not be added or removed on resize`)];
    return next.flatMap(({ name }, i) =>
      name === before[i]?.name
        ? []
        : [forbiddenField(`${path}[${i}].name`, `${field} may not be renamed or reordered on resize`)],
    );
  });
}

function initProblems(container: Frozen<Container>, old: Frozen<Container> | undefined, path: string): FieldProblem[] {
  const problems: FieldProblem[] = [];
  const detail = 'only cpu and memory resources for init or sidecar containers are mutable';
  if (!isAllowed(container, old)) problems.push(forbiddenField(path, detail));
  if (isSidecar(container) || deepEqual(container, old)) return problems;
  const restarts = (container.resizePolicy ?? []).filter(({ restartPolicy }) => restartPolicy === 'RestartContainer');
  const refusal = 'non-sidecar init containers with a resize policy of RestartContainer cannot be resized';
  return [...problems, ...restarts.map(() => forbiddenField(path, refusal))];
}

function containerProblems(spec: Frozen<PodSpec>, old: Frozen<PodSpec>): FieldProblem[] {
  const removed = (['initContainers', 'containers'] as const).flatMap((field) =>
    (spec[field] ?? []).flatMap(({ resources }, i) =>
      removalProblems(resources, old[field]?.[i]?.resources, `spec.${field}[${i}].resources`, 'resource'),
    ),
  );
  return [
    ...removed,
    ...(spec.containers ?? [])
      .filter((container, i) => !isAllowed(container, old.containers?.[i]))
      .map(() => forbiddenField('spec', ONLY_CPU_AND_MEMORY)),
    ...(spec.initContainers ?? []).flatMap((container, i) =>
      initProblems(container, old.initContainers?.[i], `spec.initContainers[${i}]`),
    ),
  ];
}

function validate(pod: Frozen<Pod>, old: Frozen<Pod>): FieldProblem[] {
  if (isStatic(old)) return [wholeForbidden('static pods cannot be resized')];
  if (old.spec.os?.name === 'windows') return [wholeForbidden('windows pods cannot be resized')];
  const problems = podProblems(pod);
  if ((old.status.qosClass ?? podQos(old.spec)) !== podQos(pod.spec)) {
    const detail = 'Pod QOS Class may not change as a result of resizing';
    problems.push(invalid('spec', pod.status.qosClass ?? '', detail));
  }
  if (!isSupported(old)) problems.push(forbiddenField('spec', 'Pod running on node without support for resize'));
  problems.push(...wholeProblems(pod.spec, old.spec));
  const order = orderProblems(pod.spec, old.spec);
  if (order.length > 0) return [...problems, ...order];
  problems.push(...containerProblems(pod.spec, old.spec));
  // An empty one is more than none, although nothing is asked for.
  const isOnlyThere = !isSet(pod.spec.resources) && !isSet(old.spec.resources);
  if (problems.length > 0 || !isOnlyThere || deepEqual(pod.spec.resources, old.spec.resources)) return problems;
  return [forbiddenField('spec', ONLY_CPU_AND_MEMORY)];
}

export const resize: Subresource = {
  part: {
    keepRest: (object: KubeObject, old: Frozen<KubeObject>) => keepRest(object as Pod, old as Frozen<Pod>),
    validate: (object: Frozen<KubeObject>, old: Frozen<KubeObject>) =>
      validate(object as Frozen<Pod>, old as Frozen<Pod>),
  },
};
