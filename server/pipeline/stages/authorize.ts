import { type ApiError, forbidden } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { type AccessRequest, accessOf } from '../identity.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { Stage } from '../request.ts';

/** Refuses what the user may not do. */
export function authorize({ authorizer }: PipelineEnv): Stage {
  return (request, next) => {
    const question = accessOf(request.info, request.user, request.query);
    const { allowed, reason } = authorizer.authorize(question);
    if (!allowed) throw denial(question, reason);
    return next(request);
  };
}

/** The 403 for a question that was answered with no (responsewriters.ForbiddenStatusError). */
export function denial(question: AccessRequest, reason: string): ApiError {
  const { group = '', resource = '', name = '' } = question.resource ?? {};
  const message = withoutMarkup(messageOf(question));
  return forbidden({ group, resource }, name, reason === '' ? message : `${message}: ${reason}`);
}

function messageOf({ user, verb, resource, path = '' }: AccessRequest): string {
  const begin = `User ${goQuote(user.name)} cannot ${verb}`;
  if (!resource) return `${begin} path ${goQuote(path)}`;
  const plural = resource.subresource === '' ? resource.resource : `${resource.resource}/${resource.subresource}`;
  const { group, namespace } = resource;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`;
  return `${begin} resource ${goQuote(plural)} in API group ${goQuote(group)} ${scope}`;
}

/** Upstream sees to it that what a client chose freely never looks like HTML. */
function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
