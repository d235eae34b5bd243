import { expect, test } from 'vitest';
import { CelFault, celEnvironment, compile, type Evaluation } from '../../server/schema/cel/compile.ts';
import {
  type AuthorizationQuestion,
  type Authorize,
  authorizerVariable,
  requestResourceVariable,
} from '../../server/schema/cel/library/authorizer.ts';

const environment = celEnvironment({
  authorizer: authorizerVariable,
  'authorizer.requestResource': requestResourceVariable,
});

function evaluate(text: string, authorize: Authorize): Evaluation {
  const rule = compile(text, environment);
  if (rule instanceof CelFault) throw new Error(rule.message);
  const request = { authorize, group: 'apps', resource: 'deployments', namespace: 'n', name: 'web' };
  return rule.evaluate({ authorizer: authorize, 'authorizer.requestResource': request });
}

/** The questions that an expression asks. */
function questions(text: string): AuthorizationQuestion[] {
  const asked: AuthorizationQuestion[] = [];
  evaluate(text, (question) => {
    asked.push(question);
    return { allowed: true, reason: '' };
  });
  return asked;
}

test('a check of a resource asks for all that was said about it', () => {
  const text =
    "authorizer.group('apps').resource('deployments').subresource('scale').namespace('a').name('b')" +
    ".labelSelector('x=y').fieldSelector('metadata.name=b').check('get').allowed()";
  expect(questions(text)).toEqual([
    {
      group: 'apps',
      resource: 'deployments',
      subresource: 'scale',
      namespace: 'a',
      name: 'b',
      labelSelector: 'x=y',
      fieldSelector: 'metadata.name=b',
      verb: 'get',
    },
  ]);
});

test('paths, service accounts and the resource of the request can be asked about', () => {
  expect(questions("authorizer.path('/healthz').check('get').allowed()")).toEqual([{ path: '/healthz', verb: 'get' }]);
  expect(questions("authorizer.serviceAccount('ns', 'sa').path('/x').check('get').allowed()")).toEqual([
    { serviceAccount: { namespace: 'ns', name: 'sa' }, path: '/x', verb: 'get' },
  ]);
  expect(questions("authorizer.requestResource.check('update').allowed()")).toEqual([
    { group: 'apps', resource: 'deployments', namespace: 'n', name: 'web', verb: 'update' },
  ]);
});

test('decisions tell whether, why, and what went wrong', () => {
  const refuse: Authorize = () => ({ allowed: false, reason: 'because', error: 'broken' });
  const check = "authorizer.path('/x').check('get')";
  expect(evaluate(`${check}.allowed()`, refuse)).toMatchObject({ value: false });
  expect(evaluate(`${check}.reason()`, refuse)).toMatchObject({ value: 'because' });
  expect(evaluate(`${check}.errored() ? ${check}.error() : ''`, refuse)).toMatchObject({ value: 'broken' });
});

test('two checks fit into an expression, three do not', () => {
  const allow: Authorize = () => ({ allowed: true, reason: '' });
  const check = "authorizer.path('/x').check('get').allowed()";
  expect(evaluate(`${check} && ${check}`, allow)).toEqual({ value: true, cost: 700_006 });
  expect(evaluate(`${check} && ${check} && ${check}`, allow)).toMatchObject({ exceeded: true });
});

test('what is empty or no name is an error', () => {
  const allow: Authorize = () => ({ allowed: true, reason: '' });
  expect(evaluate("authorizer.path(' ').check('get').allowed()", allow)).toMatchObject({
    error: 'path must not be empty',
  });
  expect(evaluate("authorizer.group('').resource('').check('get').allowed()", allow)).toMatchObject({
    error: 'resource must not be empty',
  });
  expect(evaluate("authorizer.serviceAccount('A', 'b').path('/').check('get').allowed()", allow)).toMatchObject({
    error: 'Invalid service account namespace',
  });
});
