import { unknownPath } from '../../kube/api-error.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { checkRoute } from './accept.ts';

/** Servers before 1.33 knew of no other version than their own. */
const INFO = 'io.k8s.apimachinery.pkg.version.Info';

/** GET /version. */
export function versionPage(request: ApiRequest, { catalog }: PipelineEnv): ApiResponse | undefined {
  if (request.info.path.startsWith('/version/') && request.info.path !== '/version/') throw unknownPath();
  if (request.info.path !== '/version' && request.info.path !== '/version/') return undefined;
  checkRoute(request, ['application/json']);
  const { gitVersion } = catalog.table;
  const [major = '', minor = ''] = gitVersion.slice(1).split('.');
  const value = {
    major,
    minor,
    emulationMajor: major,
    emulationMinor: minor,
    minCompatibilityMajor: major,
    minCompatibilityMinor: String(Number(minor) - 1),
    gitVersion,
    gitCommit: 'fauxkube',
    gitTreeState: 'clean',
    buildDate: '1970-01-01T00:00:00Z',
    goVersion: `node${process.versions.node}`,
    compiler: 'v8',
    platform: `${process.platform}/${process.arch === 'x64' ? 'amd64' : process.arch}`,
  };
  const fields = catalog.table.type(INFO).byName;
  const known = Object.fromEntries(Object.entries(value).filter(([name]) => fields.has(name)));
  return { type: 'bytes', status: 200, mediaType: 'application/json', body: `${JSON.stringify(known, null, 2)}` };
}
