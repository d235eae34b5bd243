/** `/-/requests`: what clients have asked for. */
import { JOURNAL_LEVELS } from '../cluster/journal/journal.ts';
import { RequestWaitError } from '../cluster/journal/request-log.ts';
import { ApiError, badRequest } from '../kube/api-error.ts';
import type { ApiRequest } from '../pipeline/request.ts';
import { levelOf, MATCH_SCHEMA, SEARCH_QUERY, searchOf, waitOf } from './request-search.ts';
import { type AdminCall, type AdminRoute, flagIn, STATUS, SUCCESS, schema } from './route.ts';
import type { AdminTarget } from './target.ts';

const NDJSON = 'application/x-ndjson';

const EVENTS = schema.object({
  items: schema.list(schema.any, "Events as upstream's audit log has them, oldest first"),
  mark: schema.number('what comes later is found with since=MARK'),
});

const LEVEL = schema.object({ level: schema.oneOf(JOURNAL_LEVELS, 'how much is kept from now on') }, ['level']);

async function wait({ requests }: AdminTarget, { body }: AdminCall): Promise<object> {
  const { match, options } = waitOf(await body());
  try {
    return { items: await requests.waitFor(match, options), mark: requests.mark() };
  } catch (error) {
    if (!(error instanceof RequestWaitError)) throw error;
    const causes = error.nearest.map((message) => ({ reason: 'NearestMiss', message }));
    throw new ApiError(504, 'Timeout', error.message, { causes });
  }
}

async function textOf(request: ApiRequest): Promise<string> {
  const body = await request.body();
  return 'bytes' in body ? body.bytes.toString() : JSON.stringify(body.object);
}

/** Faults of whoever asks are told to them. */
async function told<T>(answer: () => Promise<T>): Promise<T> {
  try {
    return await answer();
  } catch (error) {
    throw error instanceof ApiError ? error : badRequest((error as Error).message);
  }
}

export const requestRoutes: readonly AdminRoute[] = [
  {
    method: 'GET',
    path: '/requests',
    summary: 'what clients have asked for lately',
    query: SEARCH_QUERY,
    answer: EVENTS,
    handle: async ({ requests }, { request }) => {
      const { match, options } = searchOf(request.query);
      return { items: requests.find(match, options), mark: requests.mark() };
    },
  },
  {
    method: 'DELETE',
    path: '/requests',
    summary: 'forget all requests; marks go on',
    answer: STATUS,
    handle: async ({ requests }) => {
      requests.clear();
      return SUCCESS;
    },
  },
  {
    method: 'POST',
    path: '/requests/wait',
    summary: 'answer when so many requests that fit have come',
    body: schema.object({
      match: MATCH_SCHEMA,
      count: schema.number('how many; 1 unless given'),
      since: schema.number('a mark: those count that came after it; only those from now on unless given'),
      timeoutSeconds: schema.number('10 unless given'),
      controllers: schema.flag('whether those of the own controllers of the server count'),
    }),
    answer: EVENTS,
    handle: wait,
  },
  {
    method: 'GET',
    path: '/requests/level',
    summary: 'how much is kept of requests',
    answer: LEVEL,
    handle: async ({ requests }) => ({ level: requests.level }),
  },
  {
    method: 'PUT',
    path: '/requests/level',
    summary: 'have more or less kept from now on: bodies of writes at the level request',
    body: LEVEL,
    answer: LEVEL,
    handle: async ({ requests }, { body }) => {
      requests.level = levelOf(await body());
      return { level: requests.level };
    },
  },
  {
    method: 'GET',
    path: '/requests/tape',
    summary: 'writes with their bodies, to be sent again; needs the level request',
    query: SEARCH_QUERY,
    answer: { mediaType: NDJSON },
    handle: async ({ requests }, { request }) => {
      const { match, options } = searchOf(request.query);
      const body = await told(() => requests.tape(match, options));
      return { type: 'bytes', status: 200, mediaType: NDJSON, body };
    },
  },
  {
    method: 'POST',
    path: '/requests/replay',
    summary: 'send the writes of a tape again, as their users, and tell whose codes differ',
    query: { exact: 'true to send resourceVersions of objects as they were' },
    body: { mediaType: NDJSON },
    answer: schema.object({ replayed: schema.number('how many'), differences: schema.list(schema.any) }),
    handle: async ({ requests }, { request }) => {
      const tape = await textOf(request);
      return told(() => requests.replay(tape, { exact: flagIn(request.query, 'exact') }));
    },
  },
];
