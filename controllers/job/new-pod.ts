import type { Frozen } from '../../server/base/freeze.ts';
import type { KubeObject } from '../../server/kube/object.ts';
import type { Container, Job, Pod, PodSpec } from '../../server/kube/types.gen.ts';
import { podFromTemplate } from '../lib/pod-control.ts';
import { failureAnnotations } from './indexes.ts';
import { hasLimitPerIndex, INDEX_ANNOTATION, JOB_KIND, TRACKING_FINALIZER } from './job.ts';

/** How long the beginning of a generated name may be (MaxGeneratedNameLength). */
const NAME_PREFIX_MAX = 58;
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX';

/** The next pod of a job, for an index if the job has indexes. */
export function newPod(job: Frozen<Job>, index?: number, replaced?: Frozen<Pod>): KubeObject {
  const { template } = job.spec;
  const pod = podFromTemplate(template, job, JOB_KIND);
  const { finalizers = [] } = pod.metadata;
  pod.metadata.finalizers = [...finalizers.filter((name) => name !== TRACKING_FINALIZER), TRACKING_FINALIZER];
  if (index === undefined) return pod;
  const name = job.metadata.name ?? '';
  pod.metadata.generateName = namePrefix(name, index);
  // The label and the annotation have the same name.
  pod.metadata.labels = { ...pod.metadata.labels, [INDEX_ANNOTATION]: String(index) };
  pod.metadata.annotations = {
    ...pod.metadata.annotations,
    [INDEX_ANNOTATION]: String(index),
    ...(hasLimitPerIndex(job) && failureAnnotations(job, replaced)),
  };
  pod.spec = { ...withIndexVariable(template.spec), hostname: `${name}-${index}` };
  return pod;
}

function namePrefix(name: string, index: number): string {
  const end = `-${index}-`;
  return name.slice(0, NAME_PREFIX_MAX - end.length) + end;
}

function withIndexVariable(spec: Frozen<PodSpec>): Frozen<PodSpec> {
  const { containers, initContainers } = spec;
  return {
    ...spec,
    ...(initContainers && { initContainers: initContainers.map(withVariable) }),
    containers: containers?.map(withVariable) ?? [],
  };
}

function withVariable(container: Frozen<Container>): Frozen<Container> {
  const { env = [] } = container;
  if (env.some(({ name }) => name === INDEX_VARIABLE)) return container;
  const fieldPath = `metadata.labels['${INDEX_ANNOTATION}']`;
  return { ...container, env: [...env, { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath } } }] };
}
