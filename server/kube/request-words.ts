/** How verbs and patches are called on the wire, whether or not a socket carries them. */
import type { ClientRequest } from './transport.ts';

/** The HTTP method of each verb. */
export const METHODS: Readonly<Record<ClientRequest['verb'], string>> = {
  get: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
  deletecollection: 'DELETE',
};

/** The content type of each kind of patch. */
export const PATCH_TYPES = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
  apply: 'application/apply-patch+yaml',
} as const;
