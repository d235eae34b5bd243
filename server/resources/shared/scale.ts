import type { Frozen } from '../../base/freeze.ts';
import { type About, conflict } from '../../kube/api-error.ts';
import { invalid, invalidObject } from '../../kube/field-problem.ts';
import { formatSelector, type LabelSelector } from '../../kube/labels.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Scale } from '../../kube/types.gen.ts';
import type { Subresource } from '../../registry/resource.ts';

/** What kinds with a scale have in common. */
type Scalable = KubeObject & { spec: { replicas?: number }; status?: { replicas?: number } };

/** The Scale of an object: autoscaling/v1, whichever group the object is in. */
function scaleOf(parent: Frozen<Scalable>, selector: LabelSelector): Scale {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = parent.metadata;
  const replicas = parent.spec.replicas ?? 0;
  const text = formatSelector(selector);
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: {
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
      ...(creationTimestamp !== undefined && { creationTimestamp }),
    },
    // A scale to zero prints no replicas: the field is omitted when empty.
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: parent.status?.replicas ?? 0, ...(text !== '' && { selector: text }) },
  };
}

/** Checks a Scale that comes in and puts its replicas into the parent. */
function applyScale(scale: Scale, parent: Scalable, about: About): void {
  const name = parent.metadata.name ?? '';
  const replicas = scale.spec.replicas ?? 0;
  if (replicas < 0) {
    const problem = invalid('spec.replicas', replicas, 'must be greater than or equal to 0');
    throw invalidObject({ group: 'autoscaling', kind: 'Scale' }, name, [problem]);
  }
  const { uid = '' } = scale.metadata;
  if (uid !== '' && uid !== parent.metadata.uid) {
    const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${parent.metadata.uid}`;
    throw conflict({ group: about.group, resource: `${about.resource}/scale` }, name, why);
  }
  parent.spec.replicas = replicas;
}

/**
 * The scale subresource of a kind whose replicas stand in `spec.replicas` and `status.replicas`.
 *
 * @param about group and plural of the kind
 * @param selectorOf the selector of the pods that the object counts
 * @example
 * const about = { group: 'apps', resource: 'deployments' };
 * scaleSubresource(about, ({ spec }: Frozen<Deployment>) => selectorFromObject(spec.selector ?? {}))
 */
export function scaleSubresource<T extends object>(
  about: About,
  selectorOf: (parent: Frozen<T>) => LabelSelector,
): Subresource {
  return {
    parentRules: true,
    get: (parent) => scaleOf(parent as Frozen<Scalable>, selectorOf(parent as Frozen<T>)) as unknown as KubeObject,
    apply: (scale, parent) => applyScale(scale as unknown as Scale, parent as Scalable, about),
  };
}
