import { ApiError, badRequest } from '../kube/api-error.ts';

/** Where a list in pages goes on: the revision that all pages show, and the first key of the next page. */
export interface ContinueToken {
  /** -1 means the newest. */
  readonly revision: number;
  /** Relative to the prefix of the list. */
  readonly start: string;
}

const VERSION = 'meta.k8s.io/v1';

/** The same format as upstream's (storage.EncodeContinue), so that clients which look inside find what they expect. */
export function encodeContinue({ revision, start }: ContinueToken): string {
  return Buffer.from(JSON.stringify({ v: VERSION, rv: revision, start })).toString('base64url');
}

/** @throws ApiError 400 */
export function decodeContinue(token: string): ContinueToken {
  let decoded: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    if (!/^[A-Za-z0-9_-]*$/.test(token)) throw new Error('illegal base64 data');
    decoded = JSON.parse(Buffer.from(token, 'base64url').toString()) as typeof decoded;
  } catch {
    throw badRequest('invalid continue token: continue key is not valid: illegal base64 data at input byte 0');
  }
  const { v, rv, start } = decoded;
  if (v !== VERSION)
    throw badRequest(
      `invalid continue token: continue key is not valid: server does not recognize this encoded version ` +
        `"${typeof v === 'string' ? v : ''}"`,
    );
  if (!Number.isSafeInteger(rv) || rv === 0)
    throw badRequest(
      'invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version ' +
        'meta.k8s.io/v1)',
    );
  if (typeof start !== 'string' || start === '')
    throw badRequest(
      'invalid continue token: continue key is not valid: encoded start key empty (version meta.k8s.io/v1)',
    );
  if (start.startsWith('/') || start.includes('..'))
    throw badRequest(`invalid continue token: continue key is not valid: invalid start key ${JSON.stringify(start)}`);
  return { revision: rv as number, start };
}

/**
 * The 410 of a token whose revision is gone. It carries a token with which the client may go on from the same key, on
 * the newest state (inconsistent with the earlier pages, which upstream's message says).
 */
export function expiredContinue(start: string): ApiError {
  const message =
    'The provided continue parameter is too old to display a consistent list result. You can start a new ' +
    'list without the continue parameter, or use the continue token in this response to retrieve the ' +
    'remainder of the results. Continuing with the provided token results in an inconsistent list - ' +
    'objects that were created, modified, or deleted between the time the first chunk was returned and ' +
    'now may show up in the list.';
  const error = new ApiError(410, 'Expired', message);
  error.status.metadata.continue = encodeContinue({ revision: -1, start });
  return error;
}
