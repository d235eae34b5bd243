/** From the claims of a token to a user: k8s.io/apiserver/plugin/pkg/authenticator/token/oidc. */
import { getOwn } from '../../base/freeze.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { User } from '../../kube/object.ts';
import { userInfoOf } from '../user-info.ts';
import { CREDENTIAL_ID } from '../well-known-users.ts';
import { type Expression, evaluate, textsOf } from './expressions.ts';

export type Claims = Readonly<Record<string, unknown>>;

/** One of the two, or neither. */
export interface Mapping {
  readonly claim?: string;
  readonly prefix?: string;
  readonly expression?: Expression;
}

export interface Validation {
  readonly claim?: string;
  readonly requiredValue?: string;
  readonly expression?: Expression;
  readonly message?: string;
}

export interface Mappings {
  readonly username: Mapping;
  readonly groups: Mapping;
  readonly uid: Mapping;
  readonly extra: readonly { readonly key: string; readonly expression: Expression }[];
  readonly validations: readonly Validation[];
  readonly userValidations: readonly { readonly expression: Expression; readonly message: string }[];
}

/**
 * Whom the claims of a token stand for.
 *
 * @throws Error in upstream's words when they stand for nobody
 */
export function userOfClaims(claims: Claims, mappings: Mappings): User {
  const name = usernameOf(claims, mappings.username);
  const groups = groupsOf(claims, mappings.groups);
  const uid = uidOf(claims, mappings.uid);
  const extra = extraOf(claims, mappings.extra);
  const user: User = {
    name,
    groups,
    ...(uid !== '' && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  };
  checkClaims(claims, mappings.validations);
  const info = { username: '', uid: '', groups: [], extra: {}, ...userInfoOf(user) };
  within('oidc: error evaluating user info validation rule', () => {
    for (const rule of mappings.userValidations) checkRule(rule, evaluate(rule.expression, 'user', info));
  });
  return user;
}

function usernameOf(claims: Claims, { claim = '', prefix = '', expression }: Mapping): string {
  if (expression) {
    const name = within('oidc: error evaluating username claim expression', () => {
      const value = evaluate(expression, 'claims', claims);
      if (typeof value !== 'string') throw new Error('username claim expression must return a string');
      return value;
    });
    if (name === '') throw new Error('oidc: empty username via CEL expression is not allowed');
    return name;
  }
  const name = within(`oidc: parse username claims ${goQuote(claim)}`, () => textClaim(claims, claim));
  // Who may write any address into a profile must not become the user whose address it is.
  if (claim === 'email' && Object.hasOwn(claims, 'email_verified')) {
    const verified = claims.email_verified;
    if (typeof verified !== 'boolean')
      throw new Error(`oidc: parse 'email_verified' claim: ${goMisfit(verified, 'bool')}`);
    if (!verified) throw new Error('oidc: email not verified');
  }
  return prefix + name;
}

function groupsOf(claims: Claims, { claim = '', prefix = '', expression }: Mapping): string[] {
  if (claim !== '' && Object.hasOwn(claims, claim)) {
    const given = claims[claim];
    if (given === null) return [];
    const groups: unknown[] = Array.isArray(given) ? given : [given];
    return groups.map((group) => {
      // A single text is taken for one group; what is no list is told as if it should have been a text.
      if (typeof group === 'string') return prefix + group;
      throw new Error(`oidc: parse groups claim ${goQuote(claim)}: ${goMisfit(given, 'string')}`);
    });
  }
  if (!expression) return [];
  return within('oidc: error evaluating group claim expression', () => textsOf(evaluate(expression, 'claims', claims)));
}

function uidOf(claims: Claims, { claim = '', expression }: Mapping): string {
  if (claim !== '') return within(`oidc: parse uid claim ${goQuote(claim)}`, () => textClaim(claims, claim));
  if (!expression) return '';
  return within('oidc: error evaluating uid claim expression', () => {
    const value = evaluate(expression, 'claims', claims);
    if (typeof value !== 'string') throw new Error('uid claim expression must return a string');
    return value;
  });
}

function extraOf(claims: Claims, mappings: Mappings['extra']): Record<string, string[]> {
  const extra: Record<string, string[]> = {};
  const { jti } = claims;
  if (typeof jti === 'string' && jti !== '') extra[CREDENTIAL_ID] = [`JTI=${jti}`];
  for (const { key, expression } of mappings) {
    const value = evaluate(expression, 'claims', claims);
    const texts = within(`oidc: error evaluating extra claim expression: ${expression.text}`, () => textsOf(value));
    if (texts.length > 0) extra[key] = texts;
  }
  return extra;
}

function checkClaims(claims: Claims, validations: readonly Validation[]): void {
  for (const { claim, requiredValue = '' } of validations) {
    if (claim === undefined) continue;
    if (!Object.hasOwn(claims, claim)) throw new Error(`oidc: required claim ${claim} not present in ID token`);
    const value = within(`oidc: parse claim ${claim}`, () => textClaim(claims, claim));
    if (value === requiredValue) continue;
    throw new Error(`oidc: required claim ${claim} value does not match. Got = ${value}, want = ${requiredValue}`);
  }
  within('oidc: error evaluating claim validation expression', () => {
    for (const { expression, message = '' } of validations) {
      if (expression) checkRule({ expression, message }, evaluate(expression, 'claims', claims));
    }
  });
}

function checkRule({ expression, message }: { expression: Expression; message: string }, value: unknown): void {
  if (typeof value !== 'boolean') throw new Error('validation expression must return a boolean');
  if (!value) throw new Error(`validation expression '${expression.text}' failed: ${message}`);
}

function textClaim(claims: Claims, name: string): string {
  const value = getOwn(claims, name);
  if (value === undefined) throw new Error('claim not present');
  if (value === null) return '';
  if (typeof value !== 'string') throw new Error(goMisfit(value, 'string'));
  return value;
}

/** Go's words for a piece of JSON that does not fit. */
function goMisfit(value: unknown, type: string): string {
  const kinds: Readonly<Record<string, string>> = { boolean: 'bool', number: 'number', string: 'string' };
  const kind = Array.isArray(value) ? 'array' : (kinds[typeof value] ?? 'object');
  return `json: cannot unmarshal ${kind} into Go value of type ${type}`;
}

function within<T>(context: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw new Error(`${context}: ${(error as Error).message}`);
  }
}
