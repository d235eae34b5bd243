import type { Status } from '../../kube/api-error.ts';
import { ApiError, notFound } from '../../kube/api-error.ts';
import type { Served } from '../../registry/catalog.ts';
import { unsafeDeletion } from '../../registry/errors.ts';
import type { DeleteOptions } from '../../registry/resource.ts';
import { selectionOf } from '../../registry/selection.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { listOptionsOf } from '../list-options.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { storeWrite } from '../write-options.ts';
import { deleteOptionsOf } from './delete-options.ts';
import { requestKey } from './incoming.ts';
import { listPage } from './list.ts';

/** DELETE of one object. */
export async function deleteOne(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  const key = requestKey(request, served);
  const options = await deleteOptionsOf(request, env);
  request.warnings.push(...(served.store.definition.deleteWarnings?.(options) ?? []));
  if (options.ignoreStoreReadErrorWithClusterBreakingPotential)
    throw served.store.find(key) ? unsafeDeletion(served.store.about, key) : notFound(served.store.about, key.name);
  const dryRun = isDryRun(options);
  const { object, gone } = await served.store.delete(key, { options }, storeWrite(request, { dryRun }, env));
  // 202 tells old clients that asked for cascading deletion that it goes on.
  const status = !gone && options.orphanDependents === false ? 202 : 200;
  if (!gone || served.store.definition.returnsDeleted) return { type: 'object', status, served, object };
  return { type: 'value', status, value: deletedStatus(served, object) };
}

const isDryRun = ({ dryRun = [] }: DeleteOptions): boolean => dryRun.length > 0;

function deletedStatus({ info }: Served, { value }: StoredObject): Status {
  const { name = '', uid = '' } = value.metadata;
  const details = { name, ...(info.group !== '' && { group: info.group }), kind: info.resource, uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}

/** DELETE of a collection: every object that the selectors leave. */
export async function deleteCollection(request: ApiRequest, served: Served, env: PipelineEnv): Promise<ApiResponse> {
  const list = listOptionsOf(request.query, false);
  const { store } = served;
  const selection = selectionOf(list.labelSelector, list.fieldSelector, store.definition);
  const options = await deleteOptionsOf(request, env);
  request.warnings.push(...(store.definition.deleteWarnings?.(options) ?? []));
  const page = listPage(request.info.namespace, list, selection, served);
  const write = storeWrite(request, { dryRun: isDryRun(options) }, env);
  for (const { value } of page.items) {
    const { namespace = '', name = '' } = value.metadata;
    try {
      await store.delete({ namespace, name }, { options: { ...options } }, write);
    } catch (error) {
      if (!(error instanceof ApiError && error.reason === 'NotFound')) throw error;
    }
  }
  // What is returned is what was found, without the marks of the deletion.
  return page;
}
