import type { WireStep } from '../../../support/wire-exchanges.ts';

type Extra = Omit<Partial<WireStep>, 'method' | 'path'>;

export const get = (path: string, headers?: Record<string, string>): WireStep => ({
  method: 'GET',
  path,
  ...(headers && { headers }),
});
export const accept = (path: string, type: string): WireStep => get(path, { Accept: type });
export const post = (path: string, body: object | string, extra: Extra = {}): WireStep => ({
  method: 'POST',
  path,
  body,
  ...extra,
});
export const put = (path: string, body: object | string, extra: Extra = {}): WireStep => ({
  method: 'PUT',
  path,
  body,
  ...extra,
});
export const remove = (path: string, body?: object | string): WireStep => ({
  method: 'DELETE',
  path,
  ...(body !== undefined && { body }),
});

const patchOf =
  (type: string) =>
  (path: string, body: object | string, extra: Extra = {}): WireStep => ({
    method: 'PATCH',
    path,
    body,
    headers: { 'Content-Type': type },
    ...extra,
  });

export const merge = patchOf('application/merge-patch+json');
export const strategic = patchOf('application/strategic-merge-patch+json');
export const json = patchOf('application/json-patch+json');

export const configMap = (name: string, data: object = {}, metadata: object = {}): object => ({
  metadata: { name, ...metadata },
  data,
});
/** A body in another language than JSON. */
export const typed = (path: string, type: string, body: string, method = 'POST'): WireStep => ({
  method,
  path,
  body,
  headers: { 'Content-Type': type },
});
