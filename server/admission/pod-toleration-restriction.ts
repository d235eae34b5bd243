/** Namespaces say what their pods tolerate, and may tolerate: PodTolerationRestriction. Off by default. */
import { type Frozen, getOwn } from '../base/freeze.ts';
import { ApiError, notFound } from '../kube/api-error.ts';
import type { Container, Pod, Toleration } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';
import { covers, mergeTolerations } from './tolerations.ts';

const DEFAULTS = 'scheduler.alpha.kubernetes.io/defaultTolerations';
const ALLOWED = 'scheduler.alpha.kubernetes.io/tolerationsWhitelist';
const MEMORY_PRESSURE = { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' };

/** For namespaces that say nothing. */
export interface ClusterTolerations {
  readonly default: readonly Frozen<Toleration>[];
  readonly whitelist: readonly Frozen<Toleration>[];
}

const NONE: ClusterTolerations = { default: [], whitelist: [] };

export function podTolerationRestriction(env: AdmissionEnv, cluster: ClusterTolerations = NONE): AdmissionPlugin {
  return {
    name: 'PodTolerationRestriction',
    handles: (kind) => isObjectOf(kind, 'pods') && (kind.operation === 'create' || kind.operation === 'update'),
    mutate(review) {
      const { spec } = review.object as unknown as Pod;
      const added = review.operation === 'create' ? [...(annotated(review, DEFAULTS, env) ?? cluster.default)] : [];
      if (!isBestEffort(spec)) added.push(MEMORY_PRESSURE);
      if (added.length > 0) spec.tolerations = mergeTolerations([...(spec.tolerations ?? []), ...added]);
      checkAllowed(review, env, cluster);
    },
    validate: (review) => checkAllowed(review, env, cluster),
  };
}

/** @throws ApiError 500: upstream's error is a plain one */
function checkAllowed(review: Review, env: AdmissionEnv, { whitelist }: ClusterTolerations): void {
  const { spec } = review.object as unknown as Pod;
  const own = spec.tolerations ?? [];
  if (own.length === 0) return;
  const ofNamespace = annotated(review, ALLOWED, env);
  const allowed = ofNamespace ?? whitelist;
  if (allowed.length === 0 || own.every((toleration) => allowed.some((wide) => covers(wide, toleration)))) return;
  const what = 'pod tolerations (possibly merged with namespace default tolerations)';
  throw new ApiError(500, '', `${what} conflict with its ${ofNamespace ? 'namespace' : 'cluster'} whitelist`);
}

/** Undefined where the namespace says nothing. */
function annotated({ key }: Review, annotation: string, env: AdmissionEnv): readonly Frozen<Toleration>[] | undefined {
  const namespace = env.find('namespaces', { namespace: '', name: key.namespace });
  if (!namespace) throw notFound({ group: '', resource: 'namespaces' }, key.namespace);
  const text = getOwn(namespace.value.metadata.annotations, annotation);
  if (text === undefined) return undefined;
  if (text === '') return [];
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? (value as Toleration[]) : [];
  } catch (error) {
    throw new ApiError(500, '', (error as Error).message);
  }
}

const MEASURED = ['cpu', 'memory'];

/** Whether nothing in a pod asks for anything: qos.GetPodQOS. */
function isBestEffort({ containers, initContainers, resources }: Pod['spec']): boolean {
  const asks = (of: Pick<Container, 'resources'>['resources'] | undefined): boolean =>
    [of?.requests, of?.limits].some((amounts) => MEASURED.some((name) => (getOwn(amounts, name) ?? '0') !== '0'));
  const all = [...(containers ?? []), ...(initContainers ?? [])] as { resources?: Container['resources'] }[];
  return !asks(resources) && !all.some((container) => asks(container.resources));
}
