import { dnsLabelProblems, dnsSubdomainProblems } from '../../../kube/names.ts';
import { type CelType, structType } from '../types/cel-type.ts';
import { type Declaration, ofType } from '../types/declaration.ts';
import type { Library } from '../types/functions.ts';
import { CelError, CelOpaque, type Value } from '../values/value.ts';

/** What an expression asks of an authorizer. */
export interface AuthorizationQuestion {
  readonly verb: string;
  /** Instead of the user of the request. */
  readonly serviceAccount?: { readonly namespace: string; readonly name: string };
  /** A path that is no resource; the rest is for resources. */
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
}

export interface AuthorizationAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

/** Decides at once: expressions cannot wait. */
export type Authorize = (question: AuthorizationQuestion) => AuthorizationAnswer;

const AUTHORIZER = structType('kubernetes.authorization.Authorizer');
const PATH_CHECK = structType('kubernetes.authorization.PathCheck');
const GROUP_CHECK = structType('kubernetes.authorization.GroupCheck');
const RESOURCE_CHECK = structType('kubernetes.authorization.ResourceCheck');
const DECISION = structType('kubernetes.authorization.Decision');

/** A question that is not finished yet. */
export class CelCheck extends CelOpaque {
  readonly type: CelType;
  readonly authorize: Authorize;
  readonly question: Omit<AuthorizationQuestion, 'verb'>;

  constructor(type: CelType, authorize: Authorize, question: CelCheck['question']) {
    super();
    this.type = type;
    this.authorize = authorize;
    this.question = question;
  }

  with(type: CelType, question: CelCheck['question']): CelCheck {
    return new CelCheck(type, this.authorize, { ...this.question, ...question });
  }

  equals(other: CelOpaque): boolean {
    return other === this;
  }
}

export class CelDecision extends CelOpaque {
  readonly type: CelType = DECISION;
  readonly answer: AuthorizationAnswer;

  constructor(answer: AuthorizationAnswer) {
    super();
    this.answer = answer;
  }

  equals(other: CelOpaque): boolean {
    return other === this;
  }
}

/** The variable `authorizer`: bind an `Authorize` function to it. */
export const authorizerVariable: Declaration = ofType(
  AUTHORIZER,
  (authorize) => new CelCheck(AUTHORIZER, authorize as Authorize, {}),
);

/** The variable `authorizer.requestResource`: bind an `Authorize` function and the resource of the request to it. */
export const requestResourceVariable: Declaration = ofType(RESOURCE_CHECK, (bound) => {
  const { authorize, ...question } = bound as { authorize: Authorize } & CelCheck['question'];
  return new CelCheck(RESOURCE_CHECK, authorize, question);
});

const filled = (what: string, text: string): CelError | undefined =>
  text.trim() === '' ? new CelError(`${what} must not be empty`) : undefined;

const narrow =
  (field: 'subresource' | 'namespace' | 'name' | 'fieldSelector' | 'labelSelector') =>
  (check: CelCheck, value: string): Value =>
    check.with(RESOURCE_CHECK, { [field]: value });

const ask = (check: CelCheck, verb: string): Value => new CelDecision(check.authorize({ ...check.question, verb }));

function serviceAccount(check: CelCheck, namespace: string, name: string): Value {
  if (dnsSubdomainProblems(name).length > 0) return new CelError('Invalid service account name');
  if (dnsLabelProblems(namespace).length > 0) return new CelError('Invalid service account namespace');
  return check.with(AUTHORIZER, { serviceAccount: { namespace, name } });
}

const CHECK = 'kubernetes.authorization.ResourceCheck';

export const AUTHORIZATION: Library = {
  path: {
    '.authorizer_path(kubernetes.authorization.Authorizer, string): kubernetes.authorization.PathCheck': (
      check: CelCheck,
      path: string,
    ) => filled('path', path) ?? check.with(PATH_CHECK, { path }),
  },
  group: {
    '.authorizer_group(kubernetes.authorization.Authorizer, string): kubernetes.authorization.GroupCheck': (
      check: CelCheck,
      group: string,
    ) => check.with(GROUP_CHECK, { group }),
  },
  serviceAccount: {
    [`.authorizer_serviceaccount(${AUTHORIZER.name}, string, string): ${AUTHORIZER.name}`]: serviceAccount,
  },
  resource: {
    [`.groupcheck_resource(kubernetes.authorization.GroupCheck, string): ${CHECK}`]: (
      check: CelCheck,
      resource: string,
    ) => filled('resource', resource) ?? check.with(RESOURCE_CHECK, { resource }),
  },
  subresource: { [`.resourcecheck_subresource(${CHECK}, string): ${CHECK}`]: narrow('subresource') },
  namespace: { [`.resourcecheck_namespace(${CHECK}, string): ${CHECK}`]: narrow('namespace') },
  name: { [`.resourcecheck_name(${CHECK}, string): ${CHECK}`]: narrow('name') },
  fieldSelector: { [`.authorizer_fieldselector(${CHECK}, string): ${CHECK}`]: narrow('fieldSelector') },
  labelSelector: { [`.authorizer_labelselector(${CHECK}, string): ${CHECK}`]: narrow('labelSelector') },
  check: {
    '.pathcheck_check(kubernetes.authorization.PathCheck, string): kubernetes.authorization.Decision': ask,
    [`.resourcecheck_check(${CHECK}, string): kubernetes.authorization.Decision`]: ask,
  },
  allowed: {
    '.decision_allowed(kubernetes.authorization.Decision): bool': ({ answer }: CelDecision) => answer.allowed,
  },
  reason: { '.decision_reason(kubernetes.authorization.Decision): string': ({ answer }: CelDecision) => answer.reason },
  errored: {
    '.decision_errored(kubernetes.authorization.Decision): bool': ({ answer }: CelDecision) =>
      answer.error !== undefined,
  },
  error: {
    '.decision_error(kubernetes.authorization.Decision): string': ({ answer }: CelDecision) => answer.error ?? '',
  },
};
