/** Namespaces choose nodes for their pods, by an annotation or the configuration: PodNodeSelector. Off by default. */
import { getOwn, setOwn } from '../base/freeze.ts';
import { ApiError, forbidden, notFound } from '../kube/api-error.ts';
import type { Labels } from '../kube/labels.ts';
import type { Pod } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';

/** In the configuration: the selector of namespaces without an annotation. */
const CLUSTER_DEFAULT = 'clusterDefaultNodeSelector';
const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';

type Selectors = Readonly<Record<string, string>>;

/** @param allowed by namespace, the labels that its pods may select nodes by */
export function podNodeSelector(env: AdmissionEnv, allowed: Selectors = {}): AdmissionPlugin {
  return {
    name: 'PodNodeSelector',
    handles: (kind) => kind.operation === 'create' && isObjectOf(kind, 'pods'),
    mutate(review) {
      const { spec } = review.object as unknown as Pod;
      const selector = checkedSelector(review, env, allowed);
      if (Object.keys(selector).length > 0) spec.nodeSelector = { ...selector, ...spec.nodeSelector };
      checkAllowed(review, allowed);
    },
    // Others may have changed the pod meanwhile.
    validate(review) {
      checkedSelector(review, env, allowed);
      checkAllowed(review, allowed);
    },
  };
}

/** What the namespace asks for. @throws ApiError 403 when the pod asks for something else */
function checkedSelector({ object, key }: Review, env: AdmissionEnv, allowed: Selectors): Labels {
  const { metadata, spec } = object as unknown as Pod;
  const namespace = env.find('namespaces', { namespace: '', name: key.namespace });
  if (!namespace) throw notFound({ group: '', resource: 'namespaces' }, key.namespace);
  const selector = labelsOf(
    getOwn(namespace.value.metadata.annotations, ANNOTATION) ?? getOwn(allowed, CLUSTER_DEFAULT) ?? '',
  );
  const own = spec.nodeSelector ?? {};
  const isContrary = Object.entries(selector).some(([name, value]) => (getOwn(own, name) ?? value) !== value);
  if (!isContrary) return selector;
  const why = 'pod node label selector conflicts with its namespace node label selector';
  throw forbidden({ group: '', resource: 'pods' }, metadata.name ?? '', why);
}

/** @throws ApiError 403 when the pod selects by a label that the namespace may not use */
function checkAllowed({ object, key }: Review, allowed: Selectors): void {
  const { metadata, spec } = object as unknown as Pod;
  const labels = labelsOf(getOwn(allowed, key.namespace) ?? '');
  const own = Object.entries(spec.nodeSelector ?? {});
  // Nothing is forbidden where nothing is listed.
  if (Object.keys(labels).length === 0 || own.every(([name, value]) => getOwn(labels, name) === value)) return;
  const why = 'pod node label selector labels conflict with its namespace whitelist';
  throw forbidden({ group: '', resource: 'pods' }, metadata.name ?? '', why);
}

/** `a=b,c=d`: labels.ConvertSelectorToLabelsMap. @throws ApiError 500 */
function labelsOf(text: string): Labels {
  const labels: Record<string, string> = {};
  if (text === '') return labels;
  for (const pair of text.split(',')) {
    const parts = pair.split('=');
    const [name = '', value = ''] = parts;
    if (parts.length !== 2) throw new ApiError(500, '', `invalid selector: [${parts.join(' ')}]`);
    setOwn(labels, name.trim(), value.trim());
  }
  return labels;
}
