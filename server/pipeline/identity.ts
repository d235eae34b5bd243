/** What the pipeline needs to know about users; `server/auth` implements it. */
import type { User } from '../kube/object.ts';
import type { ApiRequest } from './request.ts';
import type { RequestInfo } from './request-info.ts';

/** The part of a request that credentials may be in; what its sender has to be told goes to `warnings`. */
export type CredentialedRequest = Pick<ApiRequest, 'path' | 'peer' | 'header' | 'headersWith' | 'warnings'>;

export interface Authenticator {
  /**
   * Who sends a request: by client certificate, by bearer token, or nobody (`system:anonymous`).
   * @throws ApiError 401 when credentials are there but no good
   */
  authenticate(request: CredentialedRequest): User | Promise<User>;
}

/** Who signs tokens of service accounts, and with which keys others can check them. */
export interface PublishedKeys {
  readonly issuer: string;
  /** JSON Web Keys, public parts only. */
  keys(): readonly { readonly alg: string; readonly [field: string]: unknown }[];
}

/** What somebody wants to do, as RBAC sees it. */
export interface AccessRequest {
  readonly user: User;
  readonly verb: string;
  /** A resource request names group, resource and so on; any other has a path. */
  readonly resource?: {
    readonly group: string;
    readonly version: string;
    readonly resource: string;
    readonly subresource: string;
    readonly namespace: string;
    readonly name: string;
  };
  readonly path?: string;
}

export interface Authorizer {
  /** Whether it is allowed, and by which rule or why not. */
  authorize(request: AccessRequest): { readonly allowed: boolean; readonly reason: string };
}

/** The question that a request puts to the authorizer. */
export function accessOf(info: RequestInfo, user: User): AccessRequest {
  if (!info.isResource) return { user, verb: info.verb, path: info.path };
  const { verb, group, version, resource, subresource, namespace, name } = info;
  return { user, verb, resource: { group, version, resource, subresource, namespace, name } };
}
