import { ANONYMOUS_USER } from '../../auth/well-known-users.ts';
import { ApiError } from '../../kube/api-error.ts';
import type { User } from '../../kube/object.ts';
import { onceLearned } from '../other-servers.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse, Stage } from '../request.ts';

const EXTRA_SPACE = /^\s*bearer {2,}\S/i;

/** Finds out who asks. Most credentials are known at once, and every request comes by here. */
export function authenticate({ authenticator, others }: PipelineEnv): Stage {
  return (request, next) => {
    const goOn = (user: User): Promise<ApiResponse> => {
      request.user = user;
      tellExtraSpace(request);
      return next(request);
    };
    const user = others
      ? onceLearned(others, isUnauthorized, async () => authenticator.authenticate(request))
      : authenticator.authenticate(request);
    return user instanceof Promise ? user.then(goOn) : goOn(user);
  };
}

/** The account of a token may have been made elsewhere a moment ago. */
const isUnauthorized = (error: unknown): boolean => error instanceof ApiError && error.code === 401;

function tellExtraSpace(request: ApiRequest): void {
  if (request.user === ANONYMOUS_USER && EXTRA_SPACE.test(request.header('authorization') ?? '')) {
    const text = 'the provided Authorization header contains extra space before the bearer token, and is ignored';
    request.warnings.push(text);
  }
}
