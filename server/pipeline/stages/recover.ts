import type { Logger } from '../../base/log.ts';
import { ApiError, internalError, serviceUnavailable } from '../../kube/api-error.ts';
import { LostWriteError, StorageClosedError } from '../../storage/storage.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse, Stage } from '../request.ts';

/** Failures become answers; a fault of our own is logged and answered with 500. */
export function recover({ log }: PipelineEnv): Stage {
  return async (request, next) => {
    try {
      return await next(request);
    } catch (error) {
      return answerTo(error, request, log);
    }
  };
}

/** What is answered where something was thrown. */
export function answerTo(error: unknown, request: ApiRequest, log: Logger): ApiResponse {
  if (error instanceof ApiError) return failure(error);
  // What is still under way when the server ends is no fault.
  if (error instanceof StorageClosedError) return failure(serviceUnavailable('the server is shutting down'));
  // The storage has told of it, which may be once a minute.
  if (error instanceof LostWriteError) return failure(internalError(error.message));
  log.error({ err: error, method: request.method, path: request.path }, 'a request met a fault of fauxkube');
  return failure(internalError((error as Error).message));
}

/** The answer that tells an error. */
export function failure(error: ApiError): ApiResponse {
  return { type: 'value', status: error.code, value: error.status };
}
