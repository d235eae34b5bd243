/**
 * Who sends a request: by client certificate, by bearer token, or nobody. The order and the outcome of mixtures are
 * those of pkg/kubeapiserver/authenticator/config.go.
 */
import { unauthorized } from '../kube/api-error.ts';
import type { User } from '../kube/object.ts';
import { type OfferedToken, offeredToken } from '../kube/offered-token.ts';
import type { Authenticator, CredentialedRequest, PageSessions } from '../pipeline/identity.ts';
import type { Peer } from '../pipeline/request.ts';
import type { FrontProxy } from './front-proxy.ts';
import type { StaticTokens } from './static-tokens.ts';
import type { TokenAuthenticator, TokenResult } from './token-authenticator.ts';
import { ANONYMOUS_USER, authenticated, CREDENTIAL_ID } from './well-known-users.ts';

type Certificate = NonNullable<Peer['certificate']>;

export interface CredentialsOptions {
  readonly staticTokens?: StaticTokens;
  readonly serviceAccountTokens?: TokenAuthenticator & { readonly audiences: readonly string[] };
  /** Audiences of the API server: for tokens that name none, which are good for these only. */
  readonly audiences?: readonly string[];
  /** Other tokens that are good for the API server only, in the order in which they are tried. */
  readonly otherTokens?: readonly TokenAuthenticator[];
  readonly frontProxy?: FrontProxy;
  /** Fingerprint of the authority of ordinary clients: there may be others for proxies. */
  readonly clientAuthority?: string;
  /** Sessions of browsers: for requests that have no other credentials. */
  readonly pageSessions?: PageSessions;
  /** Whether requests without credentials are served, as `system:anonymous`, or for which paths; true unless given. */
  readonly anonymous?: boolean | ReadonlySet<string>;
}

/** All ways to authenticate. Hot paths answer without a promise. */
export class Credentials implements Authenticator {
  readonly audiences: readonly string[];
  readonly #staticTokens: StaticTokens;
  readonly #serviceAccountTokens: TokenAuthenticator | undefined;
  readonly #otherTokens: readonly TokenAuthenticator[];
  readonly #frontProxy: FrontProxy | undefined;
  readonly #clientAuthority: string | undefined;
  readonly #pageSessions: PageSessions | undefined;
  readonly #anonymous: boolean | ReadonlySet<string>;
  /** One user object for each connection: authorization remembers decisions by it. */
  readonly #users = new WeakMap<Certificate, User>();

  constructor(options: CredentialsOptions) {
    const { serviceAccountTokens } = options;
    this.#staticTokens = options.staticTokens ?? new Map();
    this.#serviceAccountTokens = serviceAccountTokens;
    this.#otherTokens = options.otherTokens ?? [];
    this.audiences = options.audiences ?? serviceAccountTokens?.audiences ?? [];
    this.#frontProxy = options.frontProxy;
    this.#clientAuthority = options.clientAuthority;
    this.#pageSessions = options.pageSessions;
    this.#anonymous = options.anonymous ?? true;
  }

  authenticate(request: CredentialedRequest): User | Promise<User> {
    const { certificate } = request.peer;
    const proxied = this.#frontProxy?.userOf(request);
    if (proxied) return proxied;
    if (certificate && this.#isOfClient(certificate)) return this.#userOf(certificate);
    const authorization = request.header('authorization');
    const token = authorization === undefined ? undefined : bearerToken(authorization);
    const offered = isWebSocket(request) ? offeredToken(request.header('sec-websocket-protocol')) : undefined;
    if (offered) return this.#userOfWebSocket(request, token, offered);
    if (token !== undefined) {
      const result = this.authenticateToken(token, this.audiences);
      return result instanceof Promise
        ? result.then((settled) => userOrRefusal(settled, request))
        : userOrRefusal(result, request);
    }
    const inSession = this.#pageSessions?.userOf(request);
    if (inSession) return inSession;
    // Credentials that are no good do not make anybody anonymous.
    if (certificate || request.peer.untrustedCertificate || !this.#mayBeAnonymous(request.path)) throw unauthorized();
    return ANONYMOUS_USER;
  }

  /** Where the header has no good token, the protocols may have one: upstream asks both. */
  async #userOfWebSocket(
    request: CredentialedRequest,
    token: string | undefined,
    offered: OfferedToken,
  ): Promise<User> {
    const result = token === undefined ? undefined : await this.authenticateToken(token, this.audiences);
    if (result && 'user' in result) return userOrRefusal(result, request);
    if ('isBad' in offered) throw unauthorized();
    const user = userOrRefusal(await this.authenticateToken(offered.token, this.audiences), request);
    request.offerOnly?.(offered.protocols);
    return user;
  }

  #isOfClient({ authority }: Certificate): boolean {
    return !this.#frontProxy || this.#clientAuthority === undefined || authority?.() === this.#clientAuthority;
  }

  #mayBeAnonymous(path: string): boolean {
    return typeof this.#anonymous === 'boolean' ? this.#anonymous : this.#anonymous.has(path);
  }

  /** Whose token this is, if it is good for one of the audiences. Problems are worded as token reviews tell them. */
  authenticateToken(token: string, audiences: readonly string[]): TokenResult | Promise<TokenResult> {
    const user = this.#staticTokens.get(token);
    const common = audiences.filter((audience) => this.audiences.includes(audience));
    const isForServer = common.length > 0 || audiences.length === 0;
    if (user && isForServer) return { user, audiences: common };
    const result = this.#serviceAccountTokens?.authenticate(token, audiences);
    if (isForServer && this.#otherTokens.length > 0) return this.#tryOthers(token, common, result);
    return result instanceof Promise ? result.then((settled) => worded([settled])) : worded([result]);
  }

  /** Whoever knows the token is right; otherwise everybody who looked at it says why not. */
  async #tryOthers(
    token: string,
    audiences: readonly string[],
    first: ReturnType<TokenAuthenticator['authenticate']>,
  ): Promise<TokenResult> {
    const results = [await first];
    for (const authenticator of this.#otherTokens) {
      const last = results.at(-1);
      if (last && 'user' in last) return last;
      results.push(await authenticator.authenticate(token, audiences));
    }
    return worded(results);
  }

  #userOf(certificate: Certificate): User {
    let user = this.#users.get(certificate);
    if (!user) {
      const { commonName, organizations, fingerprint } = certificate;
      const extra = { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint ?? ''}`] };
      user = authenticated({ name: commonName, groups: organizations, ...(fingerprint !== undefined && { extra }) });
      this.#users.set(certificate, user);
    }
    return user;
  }
}

const INVALID = 'invalid bearer token';

/** The bearer authenticator speaks first, then whoever knows why. */
function worded(results: readonly (TokenResult | undefined)[]): TokenResult {
  const good = results.find((result) => result !== undefined && 'user' in result);
  if (good) return good;
  const problems = results.flatMap((result) => (result && 'problem' in result ? [result.problem] : []));
  return { problem: problems.length === 0 ? INVALID : `[${[INVALID, ...problems].join(', ')}]` };
}

function userOrRefusal(result: TokenResult, { warnings }: CredentialedRequest): User {
  if ('problem' in result) throw unauthorized();
  if (result.warnings) warnings.push(...result.warnings);
  return result.user;
}

const isWebSocket = (request: CredentialedRequest): boolean =>
  request.isUpgrade === true && request.header('upgrade')?.toLowerCase() === 'websocket';

/** The token of an Authorization header. Other schemes are no credentials at all. */
export function bearerToken(authorization: string): string | undefined {
  const [scheme = '', token = ''] = authorization.trim().split(' ', 3);
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}
