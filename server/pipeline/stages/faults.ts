import { FaultyRequests } from '../faults/faulty-request.ts';
import { faulty } from '../faults/faulty-watch.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiResponse, Stage } from '../request.ts';

/** Lets requests fail as rules say. Every request comes by here: where there is no rule, it costs a look. */
export function fail({ faults, catalog, requests: metrics }: PipelineEnv): Stage {
  if (!faults) return (request, next) => next(request);
  const requests = new FaultyRequests(faults, catalog, metrics);
  return (request, next) => {
    const { ofRequests } = faults;
    if (!ofRequests && request.info.verb !== 'watch') return next(request);
    const answer = ofRequests ? requests.answer(request, next, ofRequests) : next(request);
    // Rules that come later are about watches that run, too.
    if (request.info.verb !== 'watch') return answer;
    return answer.then((response: ApiResponse) =>
      response.type === 'watch' ? faulty(response, request, faults) : response,
    );
  };
}
