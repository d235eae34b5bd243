import { ApiError, badRequest } from '../kube/api-error.ts';
import { jsonKind } from '../schema/decode-error.ts';
import { goSyntaxError } from '../schema/json-text.ts';

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

const invalidToken = (why: string): ApiError => badRequest(`invalid continue token: continue key is not valid: ${why}`);

/** @throws ApiError 400 */
export function decodeContinue(token: string): ContinueToken {
  const decoded = parsedToken(token);
  const { v = '', rv = 0, start = '' } = decoded;
  if (v !== VERSION) throw invalidToken(`server does not recognize this encoded version ${v}`);
  if (rv === 0) throw invalidToken(`incorrect encoded start resourceVersion (version ${VERSION})`);
  if (start === '') throw invalidToken(`encoded start key empty (version ${VERSION})`);
  // A key that leaves its folder would show what belongs to others.
  const key = start.replace(/^\//, '');
  if (key !== '' && key.split('/').some((part) => part === '' || part === '.' || part === '..'))
    throw invalidToken(start);
  return { revision: rv, start: key };
}

const isInt64 = (value: number): boolean => Number.isInteger(value) && Math.abs(value) < 2 ** 63;

/** Go types of the fields, to refuse others in encoding/json's words. */
const FIELDS = { v: ['string', 'string'], rv: ['number', 'int64'], start: ['string', 'string'] } as const;

function parsedToken(token: string): { v?: string; rv?: number; start?: string } {
  const bad = token.search(/[^A-Za-z0-9_-]/);
  if (bad >= 0 || token.length % 4 === 1)
    throw invalidToken(`illegal base64 data at input byte ${bad >= 0 ? bad : token.length - 1}`);
  const text = Buffer.from(token, 'base64url').toString();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalidToken(goSyntaxError(text));
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw invalidToken(`json: cannot unmarshal ${jsonKind(value)} into Go value of type storage.continueToken`);
  for (const [name, [kind, go]] of Object.entries(FIELDS)) {
    const field = (value as Record<string, unknown>)[name];
    if (field === undefined || field === null) continue;
    const fits = typeof field === kind && (kind !== 'number' || isInt64(field as number));
    const shown = kind === 'number' && typeof field === 'number' ? `number ${field}` : jsonKind(field);
    if (!fits)
      throw invalidToken(`json: cannot unmarshal ${shown} into Go struct field continueToken.${name} of type ${go}`);
  }
  return value as { v?: string; rv?: number; start?: string };
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
