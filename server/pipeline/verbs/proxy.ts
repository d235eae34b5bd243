import { notImplemented } from '../../kube/api-error.ts';
import type { Served } from '../../registry/catalog.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';

export async function proxy(_request: ApiRequest, served: Served, _env: PipelineEnv): Promise<ApiResponse> {
  throw notImplemented(`${served.info.resource}/proxy`);
}
