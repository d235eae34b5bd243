/** Keeps content out of namespaces that are missing or going: NamespaceLifecycle. */
import { type ApiError, notFound } from '../kube/api-error.ts';
import type { Namespace } from '../kube/types.gen.ts';
import type { Review } from '../registry/admission-chain.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { refusal } from './refusal.ts';

const IMMORTAL = new Set(['default', 'kube-system', 'kube-public']);

export function namespaceLifecycle(env: AdmissionEnv): AdmissionPlugin {
  return {
    name: 'NamespaceLifecycle',
    handles({ operation, info }) {
      if (info.resource === 'namespaces' && info.group === '') return operation === 'delete';
      // Reviews tell nothing about which namespaces exist.
      return operation === 'create' && info.namespaced && info.resource !== 'localsubjectaccessreviews';
    },
    mutate(review) {
      if (review.operation !== 'create') return;
      const { namespace } = review.key;
      const found = env.find('namespaces', { namespace: '', name: namespace });
      if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
      const { status } = found.value as unknown as Pick<Namespace, 'status'>;
      if (status?.phase === 'Terminating') throw terminating(review);
    },
    validate(review) {
      if (review.operation !== 'delete' || !IMMORTAL.has(review.key.name)) return;
      throw refusal(review, 'this namespace may not be deleted');
    },
  };
}

function terminating(review: Review): ApiError {
  const { namespace } = review.key;
  const error = refusal(
    review,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
  );
  const message = `namespace ${namespace} is being terminated`;
  // Controllers look for this cause to tell the refusal from others.
  const cause = { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' };
  error.status.details = { ...error.status.details, causes: [cause] };
  return error;
}
