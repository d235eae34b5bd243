/** Who is it: tokenreviews and selfsubjectreviews of authentication.k8s.io. They answer and store nothing. */
import { rfc3339 } from '../base/clock.ts';
import { badRequest } from '../kube/api-error.ts';
import type { SelfSubjectReview, TokenReview, TokenReviewStatus } from '../kube/types.gen.ts';
import type { ResourceDefinition } from '../registry/resource.ts';
import { bearerToken, type Credentials } from './authenticator.ts';
import { userInfoOf } from './user-info.ts';
import { ANONYMOUS_USER } from './well-known-users.ts';

/** Whether a token is good, for the API server or for other audiences, and whose it is. */
export function tokenReviews(credentials: Credentials): ResourceDefinition<TokenReview> {
  return {
    resource: 'tokenreviews.authentication.k8s.io',
    async create(review) {
      const { token = '', audiences = [] } = review.spec;
      if (token === '') throw badRequest('token is required for TokenReview in authentication');
      const wanted = audiences.length > 0 ? audiences : credentials.audiences;
      return { ...review, status: await statusOf(token, wanted, credentials) };
    },
  };
}

async function statusOf(
  token: string,
  audiences: readonly string[],
  credentials: Credentials,
): Promise<TokenReviewStatus> {
  // Upstream puts the token into a header and reads that. When there is none to be read, anybody is anonymous.
  const read = bearerToken(`Bearer ${token}`);
  const anybody = { user: ANONYMOUS_USER, audiences };
  const result = read === undefined ? anybody : await credentials.authenticateToken(read, audiences);
  if ('problem' in result) return { user: {}, error: result.problem };
  return {
    authenticated: true,
    user: userInfoOf(result.user),
    ...(result.audiences.length > 0 && { audiences: [...result.audiences] }),
  };
}

/** Who the server takes the client for: `kubectl auth whoami`. */
export function selfSubjectReviews(): ResourceDefinition<SelfSubjectReview> {
  return {
    resource: 'selfsubjectreviews.authentication.k8s.io',
    async create({ kind, apiVersion }, { user, env }) {
      return {
        ...(kind !== undefined && { kind }),
        ...(apiVersion !== undefined && { apiVersion }),
        metadata: { creationTimestamp: rfc3339(env.clock.now()) },
        status: { userInfo: userInfoOf(user) },
      };
    },
  };
}
