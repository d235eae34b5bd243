/** The claims that every token has, and when they are right: what github.com/coreos/go-oidc checks. */
import { goQuote } from '../../kube/go-quote.ts';
import { goMisfit } from './go-misfit.ts';
import type { Claims } from './mappings.ts';

const NOT_BEFORE_LEEWAY_MS = 60_000;
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/;

/** @throws Error in go-oidc's words for claims of another form, or that are not for us or not for now */
export function checkStandardClaims(claims: Claims, audiences: readonly string[], nowMs: number): void {
  for (const name of ['iss', 'sub', 'nonce', 'at_hash'])
    if (typeof (claims[name] ?? '') !== 'string') throw malformed(goMisfit(claims[name], field(name, 'string')));
  const expiryMs = timeOf(claims.exp);
  const notBeforeMs = timeOf(claims.nbf);
  timeOf(claims.iat);
  checkAudience(audiencesOf(claims.aud), audiences);
  if (expiryMs === undefined || expiryMs < nowMs) {
    throw new Error(`oidc: token is expired (Token Expiry: ${expiryMs === undefined ? ZERO_TIME : goTime(expiryMs)})`);
  }
  if (notBeforeMs !== undefined && nowMs + NOT_BEFORE_LEEWAY_MS < notBeforeMs) {
    throw new Error(`oidc: current time ${goTime(nowMs)} before the nbf (not before) time: ${goTime(notBeforeMs)}`);
  }
}

const malformed = (why: string): Error => new Error(`oidc: failed to unmarshal claims: ${why}`);
const field = (name: string, type: string): string => `struct field idToken.${name} of type ${type}`;

function audiencesOf(aud: unknown): string[] {
  if (aud === undefined || aud === null) return [];
  if (typeof aud === 'string') return [aud];
  if (!Array.isArray(aud)) throw malformed(goMisfit(aud, field('aud', '[]string')));
  const other: unknown = aud.find((audience) => typeof audience !== 'string');
  if (other !== undefined) throw malformed(goMisfit(other, field('aud', 'string')));
  return aud as string[];
}

function checkAudience(given: readonly string[], audiences: readonly string[]): void {
  if (given.some((audience) => audiences.includes(audience))) return;
  const list = (texts: readonly string[]): string => `[${texts.map(goQuote).join(' ')}]`;
  const [first = ''] = audiences;
  const expected = audiences.length === 1 ? goQuote(first) : `in ${list([...audiences].sort())}`;
  throw new Error(`oidc: expected audience ${expected} got ${list(given)}`);
}

/** Whole seconds; a number may come as a text. */
function timeOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string' && !NUMBER.test(value)) {
    const literal = JSON.stringify(JSON.stringify(value));
    throw malformed(`json: invalid number literal, trying to unmarshal ${literal} into Number`);
  }
  if (typeof value !== 'number' && typeof value !== 'string')
    throw malformed(goMisfit(value, 'value of type json.Number'));
  const timeMs = Math.trunc(Number(value)) * 1000;
  return Math.abs(timeMs) > TIME_MAX_MS ? Math.sign(timeMs) * TIME_MAX_MS : timeMs;
}

/** Beyond it there are no dates in JavaScript. */
const TIME_MAX_MS = 8_640_000_000_000_000;
const ZERO_TIME = '0001-01-01 00:00:00 +0000 UTC';

/** As Go prints a time without a zone. */
function goTime(timeMs: number): string {
  const [date = '', time = ''] = new Date(timeMs).toISOString().split('T');
  return `${date} ${time.slice(0, 8)} +0000 UTC`;
}
