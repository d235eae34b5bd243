/** The priority of pods comes from their priority class: Priority. */
import type { Frozen } from '../base/freeze.ts';
import type { Pod, PriorityClass } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';
import { refusal } from './refusal.ts';

const CLASSES = 'priorityclasses.scheduling.k8s.io';

type Class = Pick<Frozen<PriorityClass>, 'metadata' | 'value' | 'preemptionPolicy'>;

/** What pods have when neither they nor the cluster name a class. */
const NO_CLASS: Class = { metadata: { name: '' }, value: 0, preemptionPolicy: 'PreemptLowerPriority' };

export function priority(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'Priority',
    handles(kind) {
      if (kind.operation !== 'create' && kind.operation !== 'update') return false;
      return isObjectOf(kind, 'pods') || isObjectOf(kind, 'priorityclasses', 'scheduling.k8s.io');
    },
    mutate(review) {
      if (review.info.resource !== 'pods') return;
      if (review.operation === 'create') resolve(review, env);
      else keep(review);
    },
    validate(review) {
      if (review.info.resource === 'priorityclasses') checkOnlyDefault(review, env);
    },
  };
}

/** Gives a new pod what its class says. The pod may say the same, but nothing else. */
function resolve(review: Review, env: AdmissionEnv): void {
  const { spec } = review.object as unknown as Pod;
  const { metadata, value, preemptionPolicy } = classOf(review, spec.priorityClassName ?? '', env);
  if (metadata.name) spec.priorityClassName = metadata.name;
  const computed = 'must not be provided in pod spec; priority admission controller computed';
  if (spec.priority !== undefined && spec.priority !== value) {
    const given = `the integer value of priority (${spec.priority})`;
    throw refusal(review, `${given} ${computed} ${value} from the given PriorityClass name`);
  }
  spec.priority = value;
  if (preemptionPolicy === undefined) return;
  if (spec.preemptionPolicy !== undefined && spec.preemptionPolicy !== preemptionPolicy) {
    const given = `the string value of PreemptionPolicy (${spec.preemptionPolicy})`;
    throw refusal(review, `${given} ${computed} ${preemptionPolicy} from the given PriorityClass name`);
  }
  spec.preemptionPolicy = preemptionPolicy;
}

function classOf(review: Review, name: string, env: AdmissionEnv): Class {
  if (name === '') return defaultClass(env) ?? NO_CLASS;
  const found = env.find(CLASSES, { namespace: '', name });
  if (!found) throw refusal(review, `no PriorityClass with name ${name} was found`);
  return found.value as unknown as Class;
}

/** There should be one at most; of several, the lowest counts. */
function defaultClass(env: AdmissionEnv): Class | undefined {
  let lowest: Class | undefined;
  for (const { value } of env.list(CLASSES)) {
    const candidate = value as unknown as Frozen<PriorityClass>;
    if (candidate.globalDefault && (!lowest || candidate.value < lowest.value)) lowest = candidate;
  }
  return lowest;
}

/** An update that leaves out what this plugin filled in is no change. */
function keep({ object, old }: Review): void {
  const { spec } = object as unknown as Pod;
  const before = (old as unknown as Frozen<Pod>).spec;
  if (spec.priority === undefined && before.priority !== undefined) spec.priority = before.priority;
  if (spec.preemptionPolicy === undefined && before.preemptionPolicy !== undefined) {
    spec.preemptionPolicy = before.preemptionPolicy;
  }
}

function checkOnlyDefault(review: Review, env: AdmissionEnv): void {
  const { globalDefault, metadata } = review.object as unknown as PriorityClass;
  const other = globalDefault ? defaultClass(env)?.metadata.name : undefined;
  if (other === undefined || (review.operation === 'update' && other === metadata.name)) return;
  throw refusal(review, `PriorityClass ${other} is already marked as default. Only one default can exist`);
}
