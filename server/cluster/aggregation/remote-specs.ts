/** The OpenAPI documents of another API server, as far as they are about its group version. */
import type { User } from '../../kube/object.ts';
import type { RemoteSpecs } from '../../pipeline/aggregation/aggregation.ts';
import { withPathsBelow } from '../../schema/openapi/merge-v2.ts';
import type { RemoteServer } from './remote-api.ts';

const READER: User = { name: 'system:aggregator', groups: [] };
const TIMEOUT_MS = 60_000;

/** @throws Error when the server does not tell */
export async function specsOf(remote: RemoteServer): Promise<RemoteSpecs> {
  const [index, swagger] = await Promise.all([documents(remote), swaggerOf(remote)]);
  return { swagger, documents: index };
}

export const noSpecs = (): RemoteSpecs => ({ swagger: undefined, documents: new Map() });

async function swaggerOf(remote: RemoteServer): Promise<object | undefined> {
  const headers = { accept: 'application/json' };
  const { status, text } = await remote.get('/openapi/v2', READER, { headers, timeoutMs: TIMEOUT_MS });
  if (status === 404) return undefined;
  if (status !== 200) throw new Error(`failed to retrieve openAPI spec, http error: ${status}`);
  const document: unknown = JSON.parse(text);
  if (typeof document !== 'object' || document === null) throw new Error('the OpenAPI document is no object');
  return withPathsBelow(document, `${remote.path}/`);
}

async function documents(remote: RemoteServer): Promise<RemoteSpecs['documents']> {
  const { status, text } = await remote.get('/openapi/v3', READER, { timeoutMs: TIMEOUT_MS });
  if (status === 404) return new Map();
  if (status !== 200) throw new Error(`failed to retrieve the index of OpenAPI v3: ${status}`);
  const { paths } = JSON.parse(text) as { paths?: unknown };
  if (typeof paths !== 'object' || paths === null) return new Map();
  return new Map(
    Object.entries(paths).flatMap(([name, entry]: [string, unknown]) => {
      const url = (entry as { serverRelativeURL?: unknown } | null)?.serverRelativeURL;
      return typeof url === 'string' ? [[name, { serverRelativeURL: url }]] : [];
    }),
  );
}
