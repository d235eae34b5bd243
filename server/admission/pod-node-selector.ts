/** Namespaces choose nodes for their pods, by an annotation: PodNodeSelector. Off by default. */
import { getOwn, setOwn } from '../base/freeze.ts';
import { ApiError, forbidden, notFound } from '../kube/api-error.ts';
import type { Labels } from '../kube/labels.ts';
import type { Pod } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from './plugin.ts';

const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector';

export function podNodeSelector(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'PodNodeSelector',
    handles: (kind) => kind.operation === 'create' && isObjectOf(kind, 'pods'),
    mutate(review) {
      const { spec } = review.object as unknown as Pod;
      const selector = checkedSelector(review, env);
      if (Object.keys(selector).length > 0) spec.nodeSelector = { ...selector, ...spec.nodeSelector };
    },
    // Others may have changed the pod meanwhile.
    validate: (review) => void checkedSelector(review, env),
  };
}

/** What the namespace asks for. @throws ApiError 403 when the pod asks for something else */
function checkedSelector({ object, key }: Review, env: AdmissionEnv): Labels {
  const { metadata, spec } = object as unknown as Pod;
  const namespace = env.find('namespaces', { namespace: '', name: key.namespace });
  if (!namespace) throw notFound({ group: '', resource: 'namespaces' }, key.namespace);
  const selector = labelsOf(getOwn(namespace.value.metadata.annotations, ANNOTATION) ?? '');
  const own = spec.nodeSelector ?? {};
  const isContrary = Object.entries(selector).some(([name, value]) => (getOwn(own, name) ?? value) !== value);
  if (!isContrary) return selector;
  const why = 'pod node label selector conflicts with its namespace node label selector';
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
