import { notFound } from '../../kube/api-error.ts';
import type { Served } from '../../registry/catalog.ts';
import { tooNew } from '../../registry/errors.ts';
import { StoredObject } from '../../storage/stored-object.ts';
import { parseRevision } from '../list-options.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { requestKey } from './incoming.ts';
import { staleObject, staleRevision } from './stale.ts';

/** GET of one object. */
export function get(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  const fresh = env.storesAnswer ? freshness(request, served) : undefined;
  return fresh ? fresh.then(() => read(request, served, env)) : Promise.resolve(read(request, served, env));
}

/** Without a version the newest one is wanted, with 0 any; a later one is waited for. */
function freshness({ query }: ApiRequest, { store }: Served): Promise<void> | undefined {
  const asked = query.get('resourceVersion') ?? '';
  if (asked === '0' || store.definition.computed) return undefined;
  return store.fresh(asked === '' ? undefined : parseRevision(asked));
}

function read(request: ApiRequest, served: Served, env: PipelineEnv): ApiResponse {
  const key = requestKey(request, served);
  const { store } = served;
  const asked = request.query.get('resourceVersion') ?? '';
  const { computed } = store.definition;
  const staleAt = computed ? undefined : staleRevision(request, served);
  const newest = staleAt ?? store.revision();
  if (asked !== '' && parseRevision(asked) > newest) throw tooNew(asked, String(newest));
  if (!computed) {
    const object = staleAt === undefined ? store.get(key) : staleObject(key, served, staleAt);
    return { type: 'object', status: 200, served, object };
  }
  const value = computed(env.registry).find((object) => object.metadata.name === key.name);
  if (!value) throw notFound({ ...store.about, resource: served.info.singular }, key.name);
  return { type: 'object', status: 200, served, object: new StoredObject('', 0, value) };
}
