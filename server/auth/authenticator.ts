/**
 * Who sends a request: by client certificate, by bearer token, or nobody. The order and the outcome of mixtures are
 * those of pkg/kubeapiserver/authenticator/config.go.
 */
import { unauthorized } from '../kube/api-error.ts';
import type { User } from '../kube/object.ts';
import type { Authenticator, CredentialedRequest } from '../pipeline/identity.ts';
import type { Peer } from '../pipeline/request.ts';
import type { StaticTokens } from './static-tokens.ts';
import type { TokenAuthenticator, TokenResult } from './token-authenticator.ts';
import { ANONYMOUS_USER, authenticated, CREDENTIAL_ID } from './well-known-users.ts';

type Certificate = NonNullable<Peer['certificate']>;

export interface CredentialsOptions {
  readonly staticTokens?: StaticTokens;
  readonly serviceAccountTokens?: TokenAuthenticator & { readonly audiences: readonly string[] };
  /** Audiences of the API server: for tokens that name none, which are good for these only. */
  readonly audiences?: readonly string[];
  /** Whether requests without credentials are served, as `system:anonymous`; true unless given. */
  readonly anonymous?: boolean;
}

/** All ways to authenticate. Hot paths answer without a promise. */
export class Credentials implements Authenticator {
  readonly audiences: readonly string[];
  readonly #staticTokens: StaticTokens;
  readonly #serviceAccountTokens: TokenAuthenticator | undefined;
  readonly #anonymous: boolean;
  /** One user object for each connection: authorization remembers decisions by it. */
  readonly #users = new WeakMap<Certificate, User>();

  constructor({ staticTokens = new Map(), serviceAccountTokens, audiences, anonymous = true }: CredentialsOptions) {
    this.#staticTokens = staticTokens;
    this.#serviceAccountTokens = serviceAccountTokens;
    this.audiences = audiences ?? serviceAccountTokens?.audiences ?? [];
    this.#anonymous = anonymous;
  }

  authenticate(request: CredentialedRequest): User | Promise<User> {
    const { certificate, untrustedCertificate } = request.peer;
    if (certificate) return this.#userOf(certificate);
    const authorization = request.header('authorization');
    const token = authorization === undefined ? undefined : bearerToken(authorization);
    if (token !== undefined) {
      const result = this.authenticateToken(token, this.audiences);
      return result instanceof Promise
        ? result.then((settled) => userOrRefusal(settled, request))
        : userOrRefusal(result, request);
    }
    // Credentials that are no good do not make anybody anonymous.
    if (untrustedCertificate || !this.#anonymous) throw unauthorized();
    return ANONYMOUS_USER;
  }

  /** Whose token this is, if it is good for one of the audiences. Problems are worded as token reviews tell them. */
  authenticateToken(token: string, audiences: readonly string[]): TokenResult | Promise<TokenResult> {
    const user = this.#staticTokens.get(token);
    if (user) {
      const common = audiences.filter((audience) => this.audiences.includes(audience));
      if (common.length > 0 || audiences.length === 0) return { user, audiences: common };
    }
    const result = this.#serviceAccountTokens?.authenticate(token, audiences);
    return result instanceof Promise ? result.then(worded) : worded(result);
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
function worded(result: TokenResult | undefined): TokenResult {
  if (result === undefined) return { problem: INVALID };
  return 'problem' in result ? { problem: `[${INVALID}, ${result.problem}]` } : result;
}

function userOrRefusal(result: TokenResult, { warnings }: CredentialedRequest): User {
  if ('problem' in result) throw unauthorized();
  if (result.warnings) warnings.push(...result.warnings);
  return result.user;
}

/** The token of an Authorization header. Other schemes are no credentials at all. */
export function bearerToken(authorization: string): string | undefined {
  const [scheme = '', token = ''] = authorization.trim().split(' ', 3);
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}
