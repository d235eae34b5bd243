import { decided } from '../../base/undecided.ts';
import { internalError, notFound } from '../../kube/api-error.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { Served } from '../../registry/catalog.ts';
import { uidConflict } from '../../registry/errors.ts';
import type { StoredObject } from '../../storage/stored-object.ts';
import { accessOf } from '../identity.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse } from '../request.ts';
import { denial } from '../stages/authorize.ts';
import { storeWrite, writeRequestOf } from '../write-options.ts';
import { checkName, readObject, requestKey, settleNamespace, storedForm, uidOf } from './incoming.ts';
import { track } from './track.ts';

/** PUT of an object, or of one of its parts such as status. */
export async function update(
  request: ApiRequest,
  served: Served,
  env: PipelineEnv,
  subresource?: string,
): Promise<ApiResponse> {
  const write = writeRequestOf(request, 'UpdateOptions');
  const key = requestKey(request, served);
  const parsed = await readObject(request, served.info);
  const read = (current?: StoredObject): KubeObject => {
    const object = storedForm(request, served, parsed, write, env, {
      stored: current,
      isSubresource: subresource !== undefined,
    });
    checkName(object, key);
    settleNamespace(object, request, served);
    return object;
  };
  const { store } = served;
  const found = store.find(key);
  if (!found) {
    const object = read();
    if (!store.definition.createOnUpdate || subresource) throw notFound(store.about, key.name);
    const question = accessOf({ ...request.info, verb: 'create' }, request.user);
    const { allowed, reason, error } = await decided(() => env.authorizer.authorize(question));
    if (!allowed && error !== undefined) throw internalError(error);
    if (!allowed) throw denial(question, reason);
    if (object.metadata.uid) throw uidConflict(store.about, key, object.metadata.uid, '');
    // The version of an object that is gone does not matter any more.
    delete object.metadata.resourceVersion;
    track(object, undefined, served, write, env);
    const stored = await store.create(object, storeWrite(request, write, env));
    return { type: 'object', status: 201, served, object: stored };
  }
  const make = (current: StoredObject): KubeObject => {
    const object = read(current);
    track(object, current, served, write, env, subresource);
    return object;
  };
  const expect = uidOf(parsed);
  // What cannot be read is refused before anybody looks whether it is about that object.
  if (expect.uid !== undefined && expect.uid !== found.value.metadata.uid) read(subresource ? found : undefined);
  const stored = await store.update(key, make, storeWrite(request, write, env, subresource), expect);
  return { type: 'object', status: 200, served, object: stored };
}
