import { ANONYMOUS_USER } from '../../auth/well-known-users.ts';
import type { User } from '../../kube/object.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse, Stage } from '../request.ts';

const EXTRA_SPACE = /^\s*bearer {2,}\S/i;

/** Finds out who asks. Most credentials are known at once, and every request comes by here. */
export function authenticate({ authenticator }: PipelineEnv): Stage {
  return (request, next) => {
    const authorization = request.header('authorization');
    const goOn = (user: User): Promise<ApiResponse> => {
      request.user = user;
      tellExtraSpace(request, authorization);
      return next(request);
    };
    const user = authenticator.authenticate(request.peer, authorization);
    return user instanceof Promise ? user.then(goOn) : goOn(user);
  };
}

function tellExtraSpace(request: ApiRequest, authorization: string | undefined): void {
  if (request.user === ANONYMOUS_USER && authorization !== undefined && EXTRA_SPACE.test(authorization)) {
    const text = 'the provided Authorization header contains extra space before the bearer token, and is ignored';
    request.warnings.push(text);
  }
}
