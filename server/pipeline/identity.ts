/** What the pipeline needs to know about users; `server/auth` implements it. */
import { exactField, type FieldSelector, parseFieldSelector } from '../kube/fields.ts';
import type { LabelSelector } from '../kube/labels.ts';
import { pathSegmentProblems } from '../kube/names.ts';
import type { User } from '../kube/object.ts';
import type { ApiRequest } from './request.ts';
import type { RequestInfo } from './request-info.ts';

/** The part of a request that credentials may be in; what its sender has to be told goes to `warnings`. */
export type CredentialedRequest = Pick<
  ApiRequest,
  'method' | 'path' | 'peer' | 'header' | 'headersWith' | 'warnings' | 'isUpgrade' | 'offerOnly'
>;

/** Who sits before a page of the server's own, in a browser. */
export interface PageSessions {
  /** Undefined unless the page itself asks, in a session that goes on. */
  userOf(request: CredentialedRequest): User | undefined;
}

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
    /** What a list, a watch or a deletion of many is narrowed to, as it was asked. */
    readonly fields?: FieldSelector;
    /** The same of labels; a text is one that nobody has read yet. */
    readonly labels?: LabelSelector | string;
  };
  readonly path?: string;
}

export interface Decision {
  readonly allowed: boolean;
  readonly reason: string;
  /** Whether no other authorizer is asked any more. */
  readonly denied?: boolean;
  /** What went wrong while it was decided. */
  readonly error?: string;
}

export interface Authorizer {
  /**
   * Whether it is allowed, and by which rule or why not.
   *
   * @throws Undecided where somebody outside has to be asked first: see `decided()`
   */
  authorize(request: AccessRequest): Decision;
}

/** Verbs that selectors narrow; of the last, upstream does not take the name out of them. */
const SELECTING = new Set(['list', 'watch', 'deletecollection']);

/** The question that a request puts to the authorizer. */
export function accessOf(info: RequestInfo, user: User, query?: URLSearchParams): AccessRequest {
  if (!info.isResource) return { user, verb: info.verb, path: info.path };
  const { verb, group, version, resource, subresource, namespace, name } = info;
  const question: NonNullable<AccessRequest['resource']> = { group, version, resource, subresource, namespace, name };
  if (!query || !SELECTING.has(verb)) return { user, verb, resource: question };
  const text = query.get('fieldSelector') ?? '';
  const labels = query.get('labelSelector') ?? '';
  if (labels !== '') Object.assign(question, { labels });
  const fields = text === '' ? undefined : readFields(text);
  if (!fields) return { user, verb, resource: question };
  const selected = verb === 'deletecollection' || name !== '' ? undefined : exactField(fields, 'metadata.name');
  const isName = selected !== undefined && selected !== '' && pathSegmentProblems(selected).length === 0;
  return { user, verb, resource: { ...question, fields, ...(isName && { name: selected }) } };
}

/** Selectors that cannot be read are refused later, by whoever reads the query. */
function readFields(text: string): FieldSelector | undefined {
  try {
    return parseFieldSelector(text);
  } catch {
    return undefined;
  }
}
