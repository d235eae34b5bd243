import type { PipelineEnv } from '../pipeline.ts';
import type { Stage } from '../request.ts';

/** Finds out which FlowSchema a request belongs to, which its answer tells, refused or not. */
export function classify({ flows }: PipelineEnv): Stage {
  return (request, next) => {
    const flow = flows.flowOf(request.user, request.info);
    if (flow) request.flow = flow;
    return next(request);
  };
}
