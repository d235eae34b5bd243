/** Admission of writes whose object is not the stored one: a Scale, an Eviction, a Binding, a TokenRequest. */
import type { Frozen } from '../../base/freeze.ts';
import type { KubeObject } from '../../kube/object.ts';
import type { AdmissionChain, Review, ReviewForm } from '../../registry/admission-chain.ts';
import type { Served } from '../../registry/catalog.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest } from '../request.ts';
import { storeWrite, type WriteRequest } from '../write-options.ts';
import { requestKey } from './incoming.ts';

const DONE = Promise.resolve();

/** What such a write does to the stored object has been admitted already. */
export const ADMITTED: AdmissionChain = { mutate: () => DONE, validate: () => DONE };

/** What admission gets to see of such a write. */
interface Written {
  readonly operation: 'create' | 'update';
  readonly object: KubeObject;
  readonly old?: Frozen<KubeObject>;
  /** Left out where the object is of the resource's own kind. */
  readonly form?: ReviewForm;
}

export function subresourceReview(
  request: ApiRequest,
  served: Served,
  write: WriteRequest,
  env: PipelineEnv,
  written: Written,
): Review {
  const { subresource, name } = request.info;
  const { user, dryRun, warn, annotate } = storeWrite(request, write, env, subresource);
  const key =
    name === ''
      ? { namespace: request.info.namespace, name: written.object.metadata.name ?? '' }
      : requestKey(request, served);
  const { operation, object, old, form } = written;
  return {
    operation,
    object,
    old,
    ...(form && { form }),
    info: served.store.info,
    subresource: subresource === '' ? undefined : subresource,
    key,
    user,
    dryRun,
    asked: request,
    warn,
    ...(annotate && { annotate }),
  };
}

/** Both phases, for an object that is created and then forgotten. @throws ApiError */
export async function admit(review: Review, { admission }: PipelineEnv): Promise<void> {
  await admission.mutate(review);
  await admission.validate(review);
}
