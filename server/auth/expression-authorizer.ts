/** Answers what CEL expressions ask the variable `authorizer`. */
import type { User } from '../kube/object.ts';
import type { AccessRequest, Authorizer } from '../pipeline/identity.ts';
import type { AuthorizationAnswer, AuthorizationQuestion, Authorize } from '../schema/cel/library/authorizer.ts';
import { fieldsOf, labelsOf } from './ignored-selectors.ts';
import { serviceAccountGroups, serviceAccountUserName } from './service-account-names.ts';

/**
 * @example
 * authorizeAs(authorizer)(user)({ verb: 'get', path: '/healthz' }).allowed
 */
export function authorizeAs(authorizer: Authorizer): (user: User) => Authorize {
  return (user) => (question) => answerOf(authorizer, user, question);
}

function answerOf(authorizer: Authorizer, user: User, question: AuthorizationQuestion): AuthorizationAnswer {
  const { serviceAccount } = question;
  const who: User = serviceAccount
    ? {
        name: serviceAccountUserName(serviceAccount),
        groups: serviceAccountGroups(serviceAccount.namespace),
      }
    : user;
  const { allowed, reason, error } = authorizer.authorize(requestOf(question, who));
  return { allowed, reason, ...(error !== undefined && { error }) };
}

function requestOf(question: AuthorizationQuestion, user: User): AccessRequest {
  const { verb, path, group = '', resource = '', subresource = '', namespace = '', name = '' } = question;
  if (path !== undefined) return { user, verb, path };
  const fields = fieldsOf({ rawSelector: question.fieldSelector ?? '' });
  const labels = labelsOf({ rawSelector: question.labelSelector ?? '' });
  const asked = { group, version: '*', resource, subresource, namespace, name };
  return { user, verb, resource: { ...asked, ...(fields && { fields }), ...(labels && { labels }) } };
}
