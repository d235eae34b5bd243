import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';

/** /openapi/v2 and /openapi/v3. */
export function openapiPage({ info }: ApiRequest, _env: PipelineEnv): ApiResponse | undefined {
  if (info.segments[0] !== 'openapi') return undefined;
  return undefined;
}
