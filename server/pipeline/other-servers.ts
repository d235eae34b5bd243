/** Refusals, where other servers may have written what they come of. */
import { ApiError } from '../kube/api-error.ts';
import type { OtherServers } from './pipeline.ts';
import type { ApiRequest } from './request.ts';

/**
 * Does something, and once more if it was refused and others have written something since.
 *
 * @param mayChange whether a refusal may come of what was not known yet
 */
export async function onceLearned<T>(
  others: OtherServers,
  mayChange: (refusal: unknown) => boolean,
  act: () => Promise<T>,
): Promise<T> {
  const since = others.revision();
  try {
    return await act();
  } catch (error) {
    if (!mayChange(error) || !(await others.learn(since))) throw error;
  }
  return act();
}

/** What is not there, not allowed, taken or over a limit; conflicts of versions are the storage's affair. */
function mayBeOld({ info: { verb } }: ApiRequest, error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  const { code, reason } = error;
  if (reason === 'AlreadyExists') return verb !== 'create';
  return code === 403 || code === 404 || code === 422;
}

/** Asks before it refuses a write, whatever for: a namespace, an account, a quota of another server's. */
export function written<T>(others: OtherServers, request: ApiRequest, act: () => Promise<T>): Promise<T> {
  const told = request.warnings.length;
  const read = request.body.bind(request);
  let body: ReturnType<typeof read> | undefined;
  // It comes from a socket, and only once.
  request.body = (limitBytes) => (body ??= read(limitBytes));
  return onceLearned(
    others,
    (error) => mayBeOld(request, error),
    () => {
      request.warnings.length = told;
      return act();
    },
  );
}
