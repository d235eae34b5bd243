/** Namespaces use no more than their quotas allow: ResourceQuota. */
import { resourceName } from '../../kube/object.ts';
import { evaluatorOf } from '../../kube/quota/evaluators.ts';
import { changesScope } from '../../kube/quota/pod-usage.ts';
import type { Review } from '../../registry/admission-chain.ts';
import { StorageError } from '../../storage/storage.ts';
import type { AdmissionEnv, AdmissionPlugin, KindOfReview } from '../plugin.ts';
import { type Charge, chargedUsage, chargesOf, type Quota } from './charges.ts';
import { Ledger } from './ledger.ts';
import type { LimitedResource } from './limited-resources.ts';

/** Nothing that is kept, and events, which upstream has never counted. */
const IGNORED = new Set([
  'bindings',
  'componentstatuses',
  'events',
  'events.events.k8s.io',
  'localsubjectaccessreviews.authorization.k8s.io',
]);

/** Whether changes of a kind may be charged: most objects are only counted. */
function isChargedChange({ info, subresource }: KindOfReview): boolean {
  const resource = resourceName(info.group, info.resource);
  if (resource === 'pods') return subresource === undefined || subresource === 'resize';
  if (resource === 'persistentvolumeclaims' && subresource === 'status') return true;
  return subresource === undefined && evaluatorOf(resource).countsChanges === true;
}

export function resourceQuota(env: AdmissionEnv, limited: readonly LimitedResource[] = []): AdmissionPlugin {
  const ledger = new Ledger(env);
  return {
    name: 'ResourceQuota',
    handles(kind) {
      const { operation, info, subresource } = kind;
      if (!info.namespaced || IGNORED.has(resourceName(info.group, info.resource))) return false;
      if (operation === 'create') return subresource === undefined;
      return operation === 'update' && isChargedChange(kind);
    },
    validate(review) {
      const { object, old, info, subresource, key } = review;
      if (!object) return;
      // Updates of pods are frequent, and only this one can matter.
      const isPodUpdate = old && info.resource === 'pods' && info.group === '' && subresource === undefined;
      if (isPodUpdate && !changesScope(old, object)) return;
      const quotas = env.list('resourcequotas', key.namespace);
      if (quotas.length === 0 && limited.length === 0) return;
      const all = quotas.map(({ value }) => value as unknown as Quota);
      const charges = chargesOf(review, all, env.clock.now(), limited);
      // All of them have to allow the write before the first is charged.
      for (const charge of charges) chargedUsage(review, charge, ledger.used(charge.quota));
      return charges.length === 0 || review.dryRun ? undefined : chargeAll(review, charges, ledger, env);
    },
  };
}

/** @throws ApiError 403 when other writes were quicker */
async function chargeAll(review: Review, charges: readonly Charge[], ledger: Ledger, env: AdmissionEnv): Promise<void> {
  const pending = ledger.open(review);
  const charged = charges.map(async ({ quota, requested }) => {
    const { namespace = '', name = '', uid = '' } = quota.metadata;
    try {
      await env.change('resourcequotas', { namespace, name }, (current) => {
        const latest = current as unknown as Quota;
        const used = chargedUsage(review, { quota: latest, requested }, ledger.used(latest, pending));
        pending.charges.set(uid, requested);
        return ledger.charged(latest, used) as unknown as ReturnType<Parameters<AdmissionEnv['change']>[2]>;
      });
    } catch (error) {
      // A quota that is gone limits nothing.
      if (!(error instanceof StorageError && error.code === 'not-found')) throw error;
    }
  });
  await Promise.all(charged);
}
