/** What client-go makes of an answer that is no success: rest.Result and NewGenericServerResponse. */

const REASONS: Readonly<Record<number, readonly [reason: string, message: string]>> = {
  400: ['BadRequest', 'the server rejected our request for an unknown reason'],
  401: ['Unauthorized', 'the server has asked for the client to provide credentials'],
  404: ['NotFound', 'the server could not find the requested resource'],
  405: ['MethodNotAllowed', 'the server does not allow this method on the requested resource'],
  406: ['NotAcceptable', 'the server was unable to respond with a content type that the client supports'],
  409: ['AlreadyExists', 'the server reported a conflict'],
  422: ['Invalid', 'the server rejected our request due to an error in our request'],
  429: ['TooManyRequests', 'the server has received too many requests and has asked us to try again later'],
  503: ['ServiceUnavailable', 'the server is currently unable to handle the request'],
  504: [
    'Timeout',
    'the server was unable to return a response in the time allotted, but may still be processing the request',
  ],
};

/** How much of a page errors show. */
const TEXT_CHARACTERS_MAX = 2048;

/** An answer as far as its error depends on it. */
interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The message of the error for a POST that was answered with anything but a success; undefined for a success. */
export function unexpectedResponse({ status, headers, body }: Answer): string | undefined {
  if (status >= 200 && status <= 206) return undefined;
  const stated = statedFailure(body);
  if (stated) return stated.message ?? '';
  const type = headers['content-type'];
  const isText = typeof type === 'string' && type.startsWith('text/');
  const text = isText ? body.subarray(0, TEXT_CHARACTERS_MAX).toString().trim() : 'unknown';
  if (status === 403 || status === 415 || (status === 406 && text !== '' && text !== 'unknown')) return text;
  const known = REASONS[status];
  if (known) return known[1];
  return status >= 500
    ? `an error on the server (${JSON.stringify(text)}) has prevented the request from succeeding`
    : `the server responded with the status code ${status} but did not return more information`;
}

/** Whether an answer that is no success says that the next one may be (webhook.DefaultShouldRetry). */
export function retryAdvised({ status, headers, body }: Answer): boolean {
  const { reason = '', details } = statedFailure(body) ?? {
    reason: REASONS[status]?.[0] ?? (status >= 500 ? 'InternalError' : ''),
  };
  const isHeaderGood = status === 429 || status >= 500;
  if (isHeaderGood && /^\d+$/.test(String(headers['retry-after'] ?? ''))) return true;
  return PASSING.has(reason) || status === 429 || (details?.retryAfterSeconds ?? 0) > 0;
}

const PASSING: ReadonlySet<string> = new Set(['InternalError', 'Timeout', 'ServerTimeout', 'TooManyRequests']);

/** A Status that says what went wrong. */
interface StatedFailure {
  readonly message?: string;
  readonly reason?: string;
  readonly details?: { readonly retryAfterSeconds?: number };
}

function statedFailure(body: Buffer): StatedFailure | undefined {
  try {
    const value = JSON.parse(body.toString()) as (StatedFailure & { kind?: unknown; status?: unknown }) | null;
    return value?.kind === 'Status' && value.status === 'Failure' ? value : undefined;
  } catch {
    return undefined;
  }
}
