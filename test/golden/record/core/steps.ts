import type { Step } from '../../../support/exchanges.ts';

type Extra = Omit<Partial<Step>, 'method' | 'path' | 'body'>;

export const get = (path: string, extra: Extra = {}): Step => ({ method: 'GET', path, ...extra });
export const table = (path: string): Step => ({ method: 'GET', path, table: true });
export const post = (path: string, body: object, extra: Extra = {}): Step => ({ method: 'POST', path, body, ...extra });
export const put = (path: string, body: object, extra: Extra = {}): Step => ({ method: 'PUT', path, body, ...extra });
export const patch = (path: string, body: object, extra: Extra = {}): Step => ({
  method: 'PATCH',
  path,
  body,
  ...extra,
});
/** Server-side apply by a manager, answered with all managers. */
export const apply = (path: string, manager: string, body: object | string, query = '', extra: Extra = {}): Step => ({
  method: 'PATCH',
  path: `${path}?fieldManager=${manager}${query}`,
  ...(typeof body === 'string' ? { text: body } : { body }),
  apply: true,
  managers: true,
  ...extra,
});
export const managed: Extra = { managers: true };
export const remove = (path: string, body?: object, extra: Extra = {}): Step => ({
  method: 'DELETE',
  path,
  ...(body && { body }),
  ...extra,
});

/** A pod that no scheduler and no kubelet touches. */
export function pod(name: string, spec: object = {}, metadata: object = {}): object {
  const containers = [{ name: 'c', image: 'nginx' }];
  const quiet = { automountServiceAccountToken: false, schedulerName: 'nobody', containers };
  return { metadata: { name, ...metadata }, spec: { ...quiet, ...spec } };
}
