import { thaw } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import type { SubresourceCall } from '../../registry/resource.ts';
import { openShared } from '../../registry/shared-parts.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { checkMediaType, mediaTypeOf } from '../decode-body.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { storeWrite, type WriteRequest, writeRequestOf } from '../write-options.ts';
import { readNewObject, settleNamespace, storedForm } from './incoming.ts';
import { ADMITTED, admit, subresourceReview } from './subresource-admission.ts';
import { track } from './track.ts';

/** POST to a collection. */
export async function create(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  checkMediaType(mediaTypeOf(request));
  const write = writeRequestOf(request, 'CreateOptions');
  const parsed = await readNewObject(request, served);
  const object = storedForm(request, served, parsed, write, env, { isNew: true });
  settleNamespace(object, request, served);
  const { definition } = served.store;
  track(object, undefined, served, write, env);
  if (definition.create) {
    await admit(subresourceReview(request, served, write, env, { operation: 'create', object }), env);
    const value = await definition.create(object, subresourceCall(request, served, write, env));
    return { type: 'value', status: 201, value };
  }
  openShared(object, definition);
  const stored = await served.store.create(object, storeWrite(request, write, env));
  return { type: 'object', status: 201, served, object: stored };
}

/** What hooks of subresources get to know of a request. */
export function subresourceCall(
  request: ApiRequest,
  served: Served,
  write: WriteRequest,
  env: PipelineEnv,
): SubresourceCall {
  return {
    info: served.info,
    key: { namespace: request.info.namespace, name: request.info.name },
    user: request.user,
    dryRun: write.dryRun,
    fieldManager: write.fieldManager,
    env: env.registry,
    warn: (text) => request.warnings.push(text),
    change: (resource, subresource, key, change) => {
      const store = env.catalog.store(resource);
      if (!store) throw new Error(`there is no resource ${resource}`);
      const make = (current: StoredObject): KubeObject => {
        const object = thaw(current.value) as KubeObject;
        change(object, current);
        return object;
      };
      const options = { ...storeWrite(request, write, env, subresource, 'subresource'), admission: ADMITTED };
      return store.update(key, make, options);
    },
  };
}
