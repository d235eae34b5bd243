import { type ApiError, forbidden } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { type AccessRequest, accessOf } from '../identity.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { Stage } from '../request.ts';

/** Refuses what the user may not do. */
export function authorize({ authorizer }: PipelineEnv): Stage {
  return (request, next) => {
    const question = accessOf(request.info, request.user);
    const { allowed, reason } = authorizer.authorize(question);
    if (!allowed) throw denial(question, reason);
    return next(request);
  };
}

/** responsewriters.Forbidden. */
export function denial({ user, verb, resource, path }: AccessRequest, reason: string): ApiError {
  const why = reason === '' ? '' : `: ${reason}`;
  if (!resource) return forbidden({ group: '', resource: '' }, '', `User ${goQuote(user.name)} cannot ${verb} path ${goQuote(path ?? '')}${why}`);
  const plural = resource.subresource === '' ? resource.resource : `${resource.resource}/${resource.subresource}`;
  const scope = resource.namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(resource.namespace)}`;
  const message = `User ${goQuote(user.name)} cannot ${verb} resource ${goQuote(plural)} in API group ${goQuote(resource.group)} ${scope}${why}`;
  return forbidden({ group: resource.group, resource: resource.resource }, resource.name, message);
}
