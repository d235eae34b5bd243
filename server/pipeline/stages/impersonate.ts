import { badRequest } from '../../kube/api-error.ts';
import type { User } from '../../kube/object.ts';
import type { AccessRequest } from '../identity.ts';
import type { PipelineEnv } from '../pipeline.ts';
import type { ApiRequest, Stage } from '../request.ts';
import { denial } from './authorize.ts';

const SERVICE_ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/;

/** `Impersonate-…` headers: whoever may `impersonate` a user, group, uid or extra acts as it from here on. */
export function impersonate(env: PipelineEnv): Stage {
  return async (request, next) => {
    const user = request.header('impersonate-user');
    const others = ['impersonate-group', 'impersonate-uid'].some((name) => request.header(name) !== undefined);
    if (user === undefined && !others) return next(request);
    if (user === undefined) throw badRequest('requested [{Group}] without impersonating a user');
    for (const question of questionsOf(request, user)) {
      const { allowed, reason } = env.authorizer.authorize(question);
      if (!allowed) throw denial(question, reason);
    }
    request.user = impersonated(request, user);
    return next(request);
  };
}

function list(request: ApiRequest, name: string): string[] {
  // Several headers of one name reach us joined by ", "; a group name holds no comma.
  return (request.header(name) ?? '').split(',').map((text) => text.trim()).filter((text) => text !== '');
}

function impersonated(request: ApiRequest, name: string): User {
  const groups = list(request, 'impersonate-group');
  const uid = request.header('impersonate-uid');
  const account = SERVICE_ACCOUNT.exec(name);
  if (account && groups.length === 0) groups.push('system:serviceaccounts', `system:serviceaccounts:${account[1]}`);
  if (name === 'system:anonymous') {
    if (!groups.includes('system:unauthenticated')) groups.push('system:unauthenticated');
  } else if (!groups.includes('system:authenticated')) groups.push('system:authenticated');
  return { name, groups, ...(uid !== undefined && { uid }) };
}

function questionsOf(request: ApiRequest, user: string): AccessRequest[] {
  const ask = (group: string, resource: string, name: string, namespace = ''): AccessRequest => ({
    user: request.user,
    verb: 'impersonate',
    resource: { group, version: group === '' ? 'v1' : 'v1', resource, subresource: '', namespace, name },
  });
  const [, namespace = '', account = ''] = SERVICE_ACCOUNT.exec(user) ?? [];
  const questions = [account === '' ? ask('', 'users', user) : ask('', 'serviceaccounts', account, namespace)];
  for (const group of list(request, 'impersonate-group')) questions.push(ask('', 'groups', group));
  const uid = request.header('impersonate-uid');
  if (uid !== undefined) questions.push(ask('authentication.k8s.io', 'uids', uid));
  return questions;
}

