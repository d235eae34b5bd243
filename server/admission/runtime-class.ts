/** Pods get what their runtime class costs and where it runs: RuntimeClass. */
import type { Frozen } from '../base/freeze.ts';
import { goQuote } from '../kube/go-quote.ts';
import { parseQuantity } from '../kube/quantity.ts';
import type { PodSpec, RuntimeClass } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';
import { refusal } from './refusal.ts';
import { mergeTolerations } from './tolerations.ts';

type Amounts = Readonly<Record<string, string>>;

const DIFFERENT_OVERHEAD = "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead";
const OVERHEAD_ALONE = 'pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead';

export function runtimeClass(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'RuntimeClass',
    handles: (kind) => kind.operation === 'create' && isObjectOf(kind, 'pods'),
    mutate(review) {
      const spec = specOf(review);
      const found = classOf(review, env);
      if (!found) return;
      setOverhead(review, spec, found);
      setScheduling(review, spec, found);
    },
    validate(review) {
      const { overhead } = specOf(review);
      const defined = classOf(review, env)?.overhead;
      if (defined && !sameAmounts(defined.podFixed ?? {}, overhead ?? {})) throw refusal(review, DIFFERENT_OVERHEAD);
      if (!defined && overhead) throw refusal(review, OVERHEAD_ALONE);
    },
  };
}

const specOf = ({ object }: Review): PodSpec => object?.spec as PodSpec;

function classOf(review: Review, env: AdmissionEnv): Frozen<RuntimeClass> | undefined {
  const { runtimeClassName: name } = specOf(review);
  if (name === undefined) return undefined;
  const found = env.find('runtimeclasses.node.k8s.io', { namespace: '', name });
  if (!found) throw refusal(review, `pod rejected: RuntimeClass ${goQuote(name)} not found`);
  return found.value as unknown as Frozen<RuntimeClass>;
}

function setOverhead(review: Review, spec: PodSpec, { overhead }: Frozen<RuntimeClass>): void {
  if (!overhead) return;
  const given = spec.overhead ?? {};
  const fixed = overhead.podFixed ?? {};
  if (Object.keys(given).length > 0 && !sameAmounts(fixed, given)) throw refusal(review, DIFFERENT_OVERHEAD);
  if (overhead.podFixed) spec.overhead = { ...fixed };
  else delete spec.overhead;
}

/** `0.5` and `500m` are the same. */
function sameAmounts(a: Amounts, b: Amounts): boolean {
  const names = Object.keys(a);
  if (names.length !== Object.keys(b).length) return false;
  return names.every((name) => {
    const [one, other] = [a[name], b[name]];
    return one !== undefined && other !== undefined && parseQuantity(one).nano === parseQuantity(other).nano;
  });
}

function setScheduling(review: Review, spec: PodSpec, { scheduling }: Frozen<RuntimeClass>): void {
  if (!scheduling) return;
  const selector = { ...spec.nodeSelector };
  for (const [key, value] of Object.entries(scheduling.nodeSelector ?? {})) {
    const given = Object.hasOwn(selector, key) ? selector[key] : undefined;
    if (given !== undefined && given !== value) {
      const named = `runtimeClass.scheduling.nodeSelector[${key}] = ${value}; pod.spec.nodeSelector[${key}] = ${given}`;
      throw refusal(review, `conflict: ${named}`);
    }
  }
  if (scheduling.nodeSelector) spec.nodeSelector = { ...selector, ...scheduling.nodeSelector };
  const merged = mergeTolerations([...(spec.tolerations ?? []), ...(scheduling.tolerations ?? [])]);
  if (merged.length > 0) spec.tolerations = merged;
  else delete spec.tolerations;
}
