import { decided } from '../../base/undecided.ts';
import { type ApiError, forbidden } from '../../kube/api-error.ts';
import { goQuote } from '../../kube/go-quote.ts';
import { annotate } from '../audit/annotate.ts';
import { decisionNotes, isUndecidable } from '../audit/decision-notes.ts';
import { type AccessRequest, accessOf, type Decision } from '../identity.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, ApiResponse, Handler, Stage } from '../request.ts';
import { plainFailure, withoutMarkup } from './plain-failure.ts';

/** Refuses what the user may not do. */
export function authorize({
  authorizer: besides,
  requestAuthorizer: authorizer = besides,
  others,
}: PipelineEnv): Stage {
  return (request, next) => {
    const since = others?.revision() ?? 0;
    const question = accessOf(request.info, request.user, request.query);
    const decision = decided(() => authorizer.authorize(question));
    // Nobody waits where nobody outside has to be asked.
    if (!(decision instanceof Promise) && (decision.allowed || !others))
      return enforced(decision, question, request, next);
    return Promise.resolve(decision).then(async (first) => {
      // A role may have been bound elsewhere a moment ago.
      const isOld = !first.allowed && (await others?.learn(since));
      const found = isOld ? await decided(() => authorizer.authorize(question)) : first;
      return enforced(found, question, request, next);
    });
  };
}

function enforced(
  decision: Decision,
  question: AccessRequest,
  request: ApiRequest,
  next: Handler,
): Promise<ApiResponse> {
  request.decision = decision;
  const { allowed, reason, error } = decision;
  const isUnknown = isUndecidable(decision);
  if (request.audit) for (const [key, value] of decisionNotes(decision)) annotate(request, key, value);
  if (error !== undefined && isUnknown) return Promise.resolve(plainFailure(request, error));
  if (!allowed) throw denial(question, reason);
  return next(request);
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
