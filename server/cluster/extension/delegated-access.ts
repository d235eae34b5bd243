/** Who asks an extension server, and what they may do: the API server that it extends knows (apiserver/delegating). */
import type { TokenAuthenticator, TokenResult } from '../../auth/token-authenticator.ts';
import { REVIEW_GROUP, reviewSpec, reviewText } from '../../auth/webhook/access-review-text.ts';
import { authenticated } from '../../auth/well-known-users.ts';
import { foundAnswer, Undecided } from '../../base/undecided.ts';
import type { AskExtended } from '../../kube/extension-server.ts';
import type { SubjectAccessReview, TokenReview } from '../../kube/types.gen.ts';
import type { AccessRequest, Authorizer, Decision } from '../../pipeline/identity.ts';

/** Nobody is asked about these (DelegatingAuthorizationOptions.AlwaysAllowPaths). */
const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/livez', '/readyz']);
const MASTERS = 'system:masters';

/** Asks by SubjectAccessReview. */
export class DelegatedAuthorizer implements Authorizer {
  readonly #ask: AskExtended;

  constructor(ask: AskExtended) {
    this.#ask = ask;
  }

  authorize(request: AccessRequest): Decision {
    if (request.path !== undefined && OPEN_PATHS.has(request.path)) return { allowed: true, reason: '' };
    if (request.user.groups.includes(MASTERS)) return { allowed: true, reason: '' };
    const text = reviewText(reviewSpec(request), 'v1');
    const known = foundAnswer(text) as Decision | undefined;
    if (known) return known;
    throw new Undecided(text, () => this.#review(text));
  }

  async #review(text: string): Promise<Decision> {
    try {
      const path = `/apis/${REVIEW_GROUP}/v1/subjectaccessreviews`;
      const answer = await this.#ask('POST', path, JSON.parse(text) as object);
      if (answer.status >= 300) return { allowed: false, reason: '', error: answer.text };
      const { status } = JSON.parse(answer.text) as SubjectAccessReview;
      const { allowed, reason = '', denied = false } = status ?? { allowed: false };
      return { allowed, reason, denied };
    } catch (error) {
      return { allowed: false, reason: '', error: (error as Error).message };
    }
  }
}

/** Asks by TokenReview. */
export class DelegatedTokens implements TokenAuthenticator {
  readonly #ask: AskExtended;

  constructor(ask: AskExtended) {
    this.#ask = ask;
  }

  async authenticate(token: string): Promise<TokenResult | undefined> {
    const body = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    try {
      const answer = await this.#ask('POST', '/apis/authentication.k8s.io/v1/tokenreviews', body);
      if (answer.status >= 300) return { problem: answer.text };
      const { status } = JSON.parse(answer.text) as TokenReview;
      if (!status?.authenticated) return { problem: status?.error ?? 'invalid bearer token' };
      const { username: name = '', groups, uid, extra } = status.user ?? {};
      const user = { name, groups: groups ?? [], ...(uid && { uid }), ...(extra && { extra }) };
      return { user: authenticated(user), audiences: status.audiences ?? [] };
    } catch (error) {
      return { problem: (error as Error).message };
    }
  }
}
