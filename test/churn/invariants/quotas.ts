import { quantityMilliValue } from '../../../server/kube/quantity.ts';
import type { PersistentVolumeClaim, Pod, ResourceQuota, Service } from '../../../server/kube/types.gen.ts';
import { isOver, nameOf, type State } from './state.ts';

/** What the quotas of a namespace should say is used; amounts in cores and bytes. */
function usage(state: State, namespace: string): Readonly<Record<string, number>> {
  const pods = state.of<Pod>('Pod', namespace).filter((pod) => !isOver(pod));
  const services = state.of<Service>('Service', namespace);
  const claims = state.of<PersistentVolumeClaim>('PersistentVolumeClaim', namespace);
  const total = (amounts: readonly (string | number | undefined)[]): number =>
    amounts.reduce<number>((sum, amount) => sum + amountOf(String(amount ?? 0)), 0);
  return {
    pods: pods.length,
    services: services.length,
    'services.nodeports': services
      .filter(({ spec }) => spec.type === 'NodePort')
      .reduce((sum, { spec }) => sum + (spec.ports?.length ?? 0), 0),
    persistentvolumeclaims: claims.length,
    'requests.cpu': total(
      pods.flatMap(({ spec }) => (spec.containers ?? []).map(({ resources }) => resources?.requests?.cpu)),
    ),
    'requests.storage': total(claims.map(({ spec }) => spec.resources?.requests?.storage)),
    'count/deployments.apps': state.of('Deployment', namespace).length,
    'count/jobs.batch': state.of('Job', namespace).length,
  };
}

/** In thousandths, so that sums are exact. */
const amountOf = (text: string): number => quantityMilliValue(text);

/** What is used is the sum of what is there. */
export function quotas(state: State): string[] {
  return state.of<ResourceQuota>('ResourceQuota').flatMap((quota) => {
    const expected = usage(state, quota.metadata.namespace ?? '');
    return Object.entries(quota.status?.used ?? {}).flatMap(([resource, used]) => {
      const isAmount = resource.startsWith('requests.');
      const told = isAmount ? amountOf(String(used)) : Number(used);
      return told === expected[resource]
        ? []
        : [`${nameOf(quota)}: ${resource} is ${expected[resource]}, and it says ${told}`];
    });
  });
}
