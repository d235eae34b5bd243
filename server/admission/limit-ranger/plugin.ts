/** Pods and claims keep to the limit ranges of their namespace: LimitRanger. */
import type { Frozen } from '../../base/freeze.ts';
import { aggregateText } from '../../kube/aggregate-text.ts';
import type { LimitRange, PersistentVolumeClaim, Pod } from '../../kube/types.gen.ts';
import type { Review } from '../../registry/admission-chain.ts';
import { type AdmissionEnv, type AdmissionPlugin, isObjectOf } from '../plugin.ts';
import { finalRefusal } from '../refusal.ts';
import { claimProblems, podProblems } from './bounds.ts';
import { fillResources } from './default-resources.ts';

export function limitRanger(env: AdmissionEnv): AdmissionPlugin {
  /** Nothing holds for what is on its way out. */
  const rangesFor = ({ key, old }: Review): readonly Frozen<LimitRange>[] =>
    old?.metadata.deletionTimestamp === undefined
      ? env.list('limitranges', key.namespace).map(({ value }) => value as unknown as Frozen<LimitRange>)
      : [];
  return {
    name: 'LimitRanger',
    handles(kind) {
      const { operation, info, subresource } = kind;
      if (operation !== 'create' && operation !== 'update') return false;
      if (isObjectOf(kind, 'persistentvolumeclaims')) return true;
      // What pods ask for changes in no other way.
      if (operation === 'update') return info.resource === 'pods' && info.group === '' && subresource === 'resize';
      return isObjectOf(kind, 'pods');
    },
    mutate(review) {
      if (review.info.resource !== 'pods') return;
      for (const range of rangesFor(review)) fillResources(review.object as unknown as Pod, range);
    },
    validate(review) {
      for (const range of rangesFor(review)) {
        const object = review.object as unknown;
        const problems =
          review.info.resource === 'pods'
            ? podProblems(range, object as Frozen<Pod>)
            : claimProblems(range, object as Frozen<PersistentVolumeClaim>);
        if (problems.length > 0) throw finalRefusal(review, aggregateText(problems));
      }
    },
  };
}
