import type { PipelineEnv } from '../pipeline.ts';
import type { Stage } from '../request.ts';

/** Finds out who asks. */
export function authenticate({ authenticator }: PipelineEnv): Stage {
  return async (request, next) => {
    const user = authenticator.authenticate(request.peer, request.header('authorization'));
    request.user = user instanceof Promise ? await user : user;
    return next(request);
  };
}
