/** Makes namespaces that are not there yet for what is created in them: NamespaceAutoProvision. Off by default. */
import { ApiError } from '../kube/api-error.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { refusal } from './refusal.ts';

/** @param provision makes a namespace, through admission of its own */
export function namespaceAutoProvision(
  env: Pick<AdmissionEnv, 'find'>,
  provision: (name: string) => Promise<void>,
): AdmissionPlugin {
  return {
    name: 'NamespaceAutoProvision',
    handles: ({ operation, info }) => operation === 'create' && info.namespaced,
    async mutate(review) {
      const { namespace: name } = review.key;
      if (review.dryRun || name === '' || env.find('namespaces', { namespace: '', name })) return;
      try {
        await provision(name);
      } catch (error) {
        if (!(error instanceof ApiError)) throw error;
        if (error.status.reason !== 'AlreadyExists') throw refusal(review, error.message);
      }
    },
  };
}
