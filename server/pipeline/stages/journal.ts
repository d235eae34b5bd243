import type { RequestNote } from '../journal/request-journal.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiResponse, Handler, Stage } from '../request.ts';
import { answerTo, recover } from './recover.ts';

/**
 * Has requests taken down, and how they are answered; failures become answers here too: every request comes by, and a
 * turn more would be felt.
 */
export function recoverAndNote(env: PipelineEnv): Stage {
  const { journal, log } = env;
  if (!journal) return recover(env);
  return async (request, next: Handler): Promise<ApiResponse> => {
    const note: RequestNote | undefined = journal.begin(request);
    request.note = note;
    let response: ApiResponse;
    try {
      response = await next(request);
    } catch (error) {
      response = answerTo(error, request, log);
    }
    return note ? note.answered(response) : response;
  };
}
