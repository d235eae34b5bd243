/** Services take no addresses that are not the cluster's: DenyServiceExternalIPs. Off by default. */
import type { Service } from '../kube/types.gen.ts';
import { type AdmissionPlugin, isObjectOf } from './plugin.ts';
import { refusal } from './refusal.ts';

export const denyServiceExternalIps: AdmissionPlugin = {
  name: 'DenyServiceExternalIPs',
  handles: (kind) => isObjectOf(kind, 'services') && (kind.operation === 'create' || kind.operation === 'update'),
  validate(review) {
    const { externalIPs = [] } = (review.object as unknown as Service).spec;
    const before = (review.old as unknown as Service | undefined)?.spec.externalIPs ?? [];
    if (externalIPs.every((address) => before.includes(address))) return;
    throw refusal(review, 'Use of external IPs is denied by admission control');
  },
};
