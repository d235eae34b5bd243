/** Reads which requests somebody asks about, from a query or a body. */
import { JOURNAL_LEVELS } from '../cluster/journal/journal.ts';
import type { SearchOptions, WaitOptions } from '../cluster/journal/request-log.ts';
import { MATCH_FIELDS, type RequestMatch } from '../cluster/journal/request-match.ts';
import { badRequest } from '../kube/api-error.ts';
import { LIMITS } from '../kube/limits.ts';
import { isTrue } from '../pipeline/request-info.ts';
import { type AdminSchema, schema } from './route.ts';

const COUNT_MAX = LIMITS.journaledRequests;

const MEANINGS: Readonly<Record<(typeof MATCH_FIELDS)[number], string>> = {
  resource: 'pods, deployments.apps, pods/exec, pods/*; several with commas',
  namespace: 'of the object',
  name: 'of the object',
  verb: 'get, list, watch, create, update, patch, delete, deletecollection; several with commas',
  user: 'who sent it, or as whom; * stands for any characters, here and in every text',
  userAgent: 'what the client calls itself: kubectl*',
  code: 'of the answer: 404, 4xx; several with commas',
  testId: 'what the header x-test-id (or fauxkube-test-id) says',
  path: 'without the query: /healthz*',
};

/** What may stand behind the question mark. */
export const SEARCH_QUERY: Readonly<Record<string, string>> = {
  ...MEANINGS,
  since: 'a mark, after which they came; or the time (RFC 3339) at which or after which they came',
  limit: 'so many of the newest',
  controllers: 'true for those of the own controllers of the server as well',
  inFlight: 'true for those as well that are not answered yet',
};

export const MATCH_SCHEMA: AdminSchema = schema.object(
  Object.fromEntries(Object.entries(MEANINGS).map(([field, meaning]) => [field, schema.text(meaning)])),
);

export interface Search {
  readonly match: RequestMatch;
  readonly options: SearchOptions;
}

/** @throws ApiError 400 */
export function searchOf(query: URLSearchParams): Search {
  const match = Object.fromEntries(
    MATCH_FIELDS.flatMap((field) => {
      const value = query.get(field);
      return value === null ? [] : [[field, value]];
    }),
  );
  const [since, limit] = [query.get('since'), query.get('limit')];
  return {
    match,
    options: {
      ...(since !== null && { since: sinceOf(since) }),
      ...(limit !== null && { limit: wholeNumber('limit', Number(limit), 1, COUNT_MAX) }),
      controllers: isTrue(query.get('controllers')),
      inFlight: isTrue(query.get('inFlight')),
    },
  };
}

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** A mark, or a time. @throws ApiError 400 */
export function sinceOf(text: string): number | Date {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (TIME.test(text) && !Number.isNaN(Date.parse(text))) return new Date(text);
  throw badRequest(`since has to be a mark or a time such as 2026-11-26T20:00:00Z, and is ${JSON.stringify(text)}`);
}

function wholeNumber(name: string, value: unknown, minimum: number, maximum: number): number {
  if (Number.isInteger(value) && Number(value) >= minimum && Number(value) <= maximum) return Number(value);
  const found = JSON.stringify(value) ?? 'missing';
  throw badRequest(`${name} has to be a whole number from ${minimum} to ${maximum}, and is ${found}`);
}

/** The body of a wait. @throws ApiError 400 */
export function waitOf(body: Readonly<Record<string, unknown>>): { match: RequestMatch; options: WaitOptions } {
  const { match = {}, count, since, timeoutSeconds, controllers, ...others } = body;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined)
    throw badRequest(
      `there is no field ${JSON.stringify(unknown)}; there are match, count, since, timeoutSeconds, controllers`,
    );
  if (controllers !== undefined && typeof controllers !== 'boolean')
    throw badRequest('controllers has to be a boolean');
  const maximum = LIMITS.requestWaitMs / 1000;
  return {
    match: matchOf(match),
    options: {
      ...(count !== undefined && { count: wholeNumber('count', count, 1, COUNT_MAX) }),
      ...(since !== undefined && { since: wholeNumber('since', since, 0, Number.MAX_SAFE_INTEGER) }),
      ...(timeoutSeconds !== undefined && { timeoutSeconds: secondsOf(timeoutSeconds, maximum) }),
      ...(controllers !== undefined && { controllers }),
    },
  };
}

function secondsOf(value: unknown, maximum: number): number {
  if (typeof value === 'number' && value >= 0 && value <= maximum) return value;
  throw badRequest(`timeoutSeconds has to be a number from 0 to ${maximum}, and is ${JSON.stringify(value)}`);
}

/** @throws ApiError 400 */
function matchOf(value: unknown): RequestMatch {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw badRequest('match has to be an object');
  for (const [name, wanted] of Object.entries(value)) {
    if (!MATCH_FIELDS.some((field) => field === name))
      throw badRequest(`there is no match.${name}; there are ${MATCH_FIELDS.join(', ')}`);
    if (typeof wanted !== 'string' && !(name === 'code' && typeof wanted === 'number'))
      throw badRequest(`match.${name} has to be a text`);
  }
  return value;
}

/** @throws ApiError 400 */
export function levelOf({ level, ...others }: Readonly<Record<string, unknown>>): (typeof JOURNAL_LEVELS)[number] {
  const found = JOURNAL_LEVELS.find((name) => name === level);
  if (found && Object.keys(others).length === 0) return found;
  throw badRequest(`the body has to be {"level": …}, with one of ${JOURNAL_LEVELS.join(', ')}`);
}
