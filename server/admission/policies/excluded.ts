import type { KindOfReview } from '../plugin.ts';
import { isReview } from '../webhooks/matching.ts';

/** What policies consist of: a broken one could not be repaired. */
const OWN = new Set([
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
]);

/** Whether policies are asked about a resource at all. */
export function isForPolicies({ info: { group, resource } }: KindOfReview): boolean {
  return !(group === 'admissionregistration.k8s.io' && OWN.has(resource)) && !isReview({ group, resource });
}
