import { decided } from '../base/undecided.ts';
import { forbidden } from '../kube/api-error.ts';
import type { Authenticator, Authorizer } from '../pipeline/identity.ts';
import type { ApiRequest } from '../pipeline/request.ts';

/** Who may use the routes below `/-/`. */
export interface AdminAccess {
  readonly authenticator: Authenticator;
  readonly authorizer: Authorizer;
  /** Whether programs on this machine need no credentials (`--insecure-admin`). */
  readonly openToLoopback: boolean;
}

/** Headers that a proxy adds: a request that carries one comes from somewhere else. */
const PROXIES = ['forwarded', 'via', 'x-real-ip'];

/** Those that a browser adds, for whatever page. */
const BROWSERS = ['origin', 'referer', 'sec-fetch-site'];

function isLoopbackAddress(address: string): boolean {
  return address === '::1' || /^(::ffff:)?127\./.test(address);
}

/** `localhost`, `127.0.0.1:6443`, `[::1]`: a name that somebody's DNS could point here is none of these. */
function isLoopbackHost(host: string): boolean {
  return /^(localhost|127\.\d{1,3}\.\d{1,3}\.\d{1,3}|\[::1\])(:\d{1,5})?$/i.test(host);
}

/** Whether it was sent on this machine to this machine, under a name that nobody else can give. */
export function isFromHere(request: ApiRequest): boolean {
  // HTTP/2 may bring both; whoever sends two names has something in mind.
  const hosts = [request.header(':authority'), request.header('host')].filter((host) => host !== undefined);
  if (!isLoopbackAddress(request.peer.address) || hosts.length === 0 || !hosts.every(isLoopbackHost)) return false;
  return !Object.keys(request.headers()).some((name) => PROXIES.includes(name) || name.startsWith('x-forwarded'));
}

function isLocalProgram(request: ApiRequest): boolean {
  return isFromHere(request) && !BROWSERS.some((name) => request.header(name) !== undefined);
}

/**
 * @throws ApiError 401 or 403 unless the request comes from a cluster-admin, or from this machine where that is
 * enough
 */
export async function checkAccess(
  request: ApiRequest,
  { authenticator, authorizer, openToLoopback }: AdminAccess,
): Promise<void> {
  if (Object.keys(request.headers()).some((name) => name.startsWith('impersonate-')))
    throw forbidden(
      { group: '', resource: '' },
      '',
      `${request.info.path} cannot be used in the name of somebody else`,
    );
  if (openToLoopback && isLocalProgram(request)) return;
  const user = await authenticator.authenticate(request);
  const anything = { group: '*', version: '*', resource: '*', subresource: '', namespace: '', name: '' };
  const mayAll = await decided(
    () =>
      authorizer.authorize({ user, verb: '*', resource: anything }).allowed &&
      authorizer.authorize({ user, verb: '*', path: '*' }).allowed,
  );
  if (mayAll) return;
  const why =
    `User ${JSON.stringify(user.name)} cannot use ${request.info.path}: it takes cluster-admin ` +
    `credentials, such as those of the generated kubeconfig`;
  throw forbidden({ group: '', resource: '' }, '', why);
}
