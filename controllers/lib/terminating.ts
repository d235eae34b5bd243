import { ApiError } from '../../server/kube/api-error.ts';

/** Whether a create failed for good, because its namespace is being deleted. */
export function isTerminating(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return (error.status.details?.causes ?? []).some(({ reason }) => reason === 'NamespaceTerminating');
}
