import type { Status } from '../kube/api-error.ts';

/** How `error` tells how a command went: since version 4 as a Status, before that as a text if it failed. */
export type StatusForm = 'status' | 'text';

/** What goes onto the channel. A client takes nothing at all for success. */
export function statusText({ kind: _kind, apiVersion: _version, ...status }: Status, form: StatusForm): string {
  if (form === 'status') return JSON.stringify(status);
  return status.status === 'Success' ? '' : (status.message ?? '');
}
