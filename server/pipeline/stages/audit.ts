import { ApiError } from '../../kube/api-error.ts';
import type { AuditRecord } from '../audit/audit-record.ts';
import { outcomeOf } from '../audit/audit-record.ts';
import { encode } from '../encode/encode.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse, Stage, WatchResponse } from '../request.ts';
import { isLongRunning } from '../request-info.ts';
import { plainFailure } from './plain-failure.ts';
import { failure } from './recover.ts';

/** How upstream tells of a handler that gave up on its connection: a panic with http.ErrAbortHandler. */
const ABORTED = {
  status: 500,
  outcome: { status: 'Failure', reason: 'InternalError', message: "APIServer panic'd: net/http: abort Handler" },
} as const;

/** Tells of a request when it comes, when its answer begins (if that takes long), and when it is over. */
export function audit({ auditor, clock }: PipelineEnv): Stage {
  return async (request, next) => {
    const record = auditor?.begin(request, request.user);
    if (!record) return next(request);
    request.audit = record;
    const isTold = await record.tell('RequestReceived');
    if (isTold === false) return plainFailure(request, 'failed to store audit event');
    const response = await next(request);
    if (response.type === 'hang-up') {
      record.takeAnswer(ABORTED);
      await record.tell('Panic');
      return response;
    }
    record.takeAnswer(await answeredOf(request, response, record, () => clock.now()));
    if (isLongRunning(request.info)) await record.tell('ResponseStarted');
    if (response.type === 'watch') return followed(response, record);
    await record.tell('ResponseComplete');
    return response;
  };
}

/** Tells of a request whose sender could not be found out. */
export function auditUnknown({ auditor }: PipelineEnv): Stage {
  return async (request, next) => {
    try {
      return await next(request);
    } catch (error) {
      if (!(error instanceof ApiError) || request.user.name !== '') throw error;
      const record = auditor?.begin(request, undefined);
      const outcome = outcomeOf(failure(error));
      record?.takeAnswer({ status: error.code, ...(outcome && { outcome }) });
      await record?.tell('ResponseStarted');
      throw error;
    }
  };
}

async function answeredOf(request: ApiRequest, response: ApiResponse, { extent }: AuditRecord, now: () => number) {
  const outcome = outcomeOf(response);
  const status = 'status' in response ? response.status : 200;
  const told = { status, ...(outcome && { outcome }) };
  const hasObject = response.type === 'object' || response.type === 'value' || response.type === 'list';
  if (extent.level !== 'RequestResponse' || !hasObject || !request.info.isResource) return told;
  return { ...told, object: await objectOf(request, response, now) };
}

/** What the client gets, in JSON whatever it asked for. */
async function objectOf(request: ApiRequest, response: ApiResponse, now: () => number): Promise<unknown> {
  const { form } = request;
  if (form) request.form = { ...form, encoding: 'json', pretty: false };
  try {
    const { body } = encode(request, response, now);
    if (body.type !== 'buffer' && body.type !== 'chunks') return undefined;
    const parts: Buffer[] = [];
    if (body.type === 'buffer') parts.push(body.buffer);
    else for await (const chunk of body.chunks) parts.push(chunk);
    return JSON.parse(Buffer.concat(parts).toString()) as unknown;
  } finally {
    if (form) request.form = form;
  }
}

/** A watch that tells when it is over, whoever ended it. */
function followed(response: WatchResponse, record: AuditRecord): WatchResponse {
  let isOver = false;
  const over = (): void => {
    if (!isOver) void record.tell('ResponseComplete');
    isOver = true;
  };
  return {
    ...response,
    start(observer) {
      const stop = response.start({
        events: (batch) => observer.events(batch),
        bookmark: (revision, initialEnd) => observer.bookmark(revision, initialEnd),
        error: (error) => observer.error(error),
        end: () => {
          observer.end();
          over();
        },
        breakOff: (scope, event) => {
          observer.breakOff(scope, event);
          over();
        },
      });
      return () => {
        stop();
        over();
      };
    },
  };
}
