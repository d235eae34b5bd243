/** Answers what CEL expressions ask the variable `authorizer`. */
import type { User } from '../kube/object.ts';
import type { AccessRequest, Authorizer } from '../pipeline/identity.ts';
import type { AuthorizationAnswer, AuthorizationQuestion, Authorize } from '../schema/cel/library/authorizer.ts';
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
  return authorizer.authorize(requestOf(question, who));
}

function requestOf(question: AuthorizationQuestion, user: User): AccessRequest {
  const { verb, path, group = '', resource = '', subresource = '', namespace = '', name = '' } = question;
  if (path !== undefined) return { user, verb, path };
  return { user, verb, resource: { group, version: '*', resource, subresource, namespace, name } };
}
