/** Reads which requests somebody asks about, from a query or a body. */
import { didYouMean } from '../base/near-names.ts';
import { JOURNAL_LEVELS } from '../cluster/journal/journal.ts';
import { MATCH_FIELDS } from '../cluster/journal/match-check.ts';
import type { SearchOptions, WaitOptions } from '../cluster/journal/request-log.ts';
import type { RequestMatch } from '../cluster/journal/request-match.ts';
import { WAIT_OPTIONS } from '../cluster/journal/request-options.ts';
import { badRequest } from '../kube/api-error.ts';
import { type AdminSchema, flagIn, schema } from './route.ts';

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
      ...(limit !== null && { limit: Number(limit) }),
      controllers: flagIn(query, 'controllers'),
      inFlight: flagIn(query, 'inFlight'),
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

/** The body of a wait; what is in its fields, the journal checks. @throws ApiError 400 */
export function waitOf(body: Readonly<Record<string, unknown>>): { match: RequestMatch; options: WaitOptions } {
  const { match = {}, ...options } = body;
  const unknown = Object.keys(options).find((name) => !WAIT_OPTIONS.includes(name));
  if (unknown !== undefined) {
    const known = ['match', ...WAIT_OPTIONS];
    throw badRequest(
      `there is no field ${JSON.stringify(unknown)}; there are ${known.join(', ')}${didYouMean(unknown, known)}`,
    );
  }
  return { match: match as RequestMatch, options };
}

/** @throws ApiError 400 */
export function levelOf({ level, ...others }: Readonly<Record<string, unknown>>): (typeof JOURNAL_LEVELS)[number] {
  const found = JOURNAL_LEVELS.find((name) => name === level);
  if (found && Object.keys(others).length === 0) return found;
  throw badRequest(`the body has to be {"level": …}, with one of ${JOURNAL_LEVELS.join(', ')}`);
}
