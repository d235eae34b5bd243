import { valueBytes } from '../encode/json.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { exactly } from './file.ts';
import { healthPaths } from './health.ts';
import { ISSUER_PATHS } from './service-account-issuer.ts';

/** Pages that are there whatever the cluster serves. */
const PATHS = ['/api', '/apis', '/apis/', '/openapi/v2', '/openapi/v3', '/openapi/v3/', '/version'];

/** `/`: the paths below which something answers, for any method and whatever the client accepts. */
export function rootPage({ info }: ApiRequest, env: PipelineEnv): ApiResponse | undefined {
  if (info.path !== '/' && info.path !== '/index.html') return undefined;
  const paths = new Set([...PATHS, ...(env.publishedKeys ? ISSUER_PATHS : []), ...healthPaths(env)]);
  for (const { group, versions } of env.catalog.groups) {
    if (group !== '') paths.add(`/apis/${group}`);
    for (const { version } of versions) paths.add(group === '' ? `/api/${version}` : `/apis/${group}/${version}`);
  }
  const bytes = valueBytes({ paths: [...paths].sort() }, true);
  return exactly(200, { 'content-type': 'application/json', 'content-length': String(bytes.length) }, bytes);
}
