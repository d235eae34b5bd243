import { ANONYMOUS_USER } from '../../auth/well-known-users.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { Stage } from '../request.ts';

const EXTRA_SPACE = /^\s*bearer {2,}\S/i;

/** Finds out who asks. */
export function authenticate({ authenticator }: PipelineEnv): Stage {
  return async (request, next) => {
    const authorization = request.header('authorization');
    const user = authenticator.authenticate(request.peer, authorization);
    request.user = user instanceof Promise ? await user : user;
    if (request.user === ANONYMOUS_USER && authorization !== undefined && EXTRA_SPACE.test(authorization)) {
      const text = 'the provided Authorization header contains extra space before the bearer token, and is ignored';
      request.warnings.push(text);
    }
    return next(request);
  };
}
