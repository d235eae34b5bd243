/** Tokens of other issuers: k8s.io/apiserver/plugin/pkg/authenticator/token/oidc. */
import type { Clock } from '../../base/clock.ts';
import type { Logger } from '../../base/log.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { User } from '../../kube/object.ts';
import type { Outbound } from '../../kube/outbound.ts';
import type { TokenAuthenticator, TokenResult } from '../token-authenticator.ts';
import { authenticated } from '../well-known-users.ts';
import { IssuerKeys } from './issuer-keys.ts';
import { type Claims, userOfClaims } from './mappings.ts';
import type { JwtRules } from './rules.ts';

export interface JwtAuthenticatorOptions {
  readonly rules: JwtRules;
  readonly outbound: Outbound;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A token that was good a moment ago. */
interface Known {
  readonly user: User;
  readonly untilMs: number;
}

const ALGORITHMS = ['ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'];
const NOT_BEFORE_LEEWAY_MS = 60_000;
/** Upstream's cache of good tokens; users stay the same objects meanwhile, by which authorization remembers. */
const REMEMBERED_MS = 10_000;
const REMEMBERED_MAX = 2000;
const GOOGLE = 'https://accounts.google.com';

export class JwtAuthenticator implements TokenAuthenticator {
  readonly #options: JwtAuthenticatorOptions;
  readonly #keys: IssuerKeys;
  readonly #known = new Map<string, Known>();

  constructor(options: JwtAuthenticatorOptions) {
    const { rules, outbound, clock } = options;
    this.#options = options;
    this.#keys = new IssuerKeys({ issuer: rules.configuration.issuer, outbound, clock });
  }

  authenticate(token: string, audiences: readonly string[]): TokenResult | undefined | Promise<TokenResult> {
    const parts = token.split('.');
    const claims = parts.length === 3 ? decoded(parts[1]) : undefined;
    if (!claims || !this.#isIssuer(claims.iss)) return undefined;
    const known = this.#known.get(token);
    if (known && this.#options.clock.now() < known.untilMs) return { user: known.user, audiences };
    return this.#authenticate(token, audiences);
  }

  async #authenticate(token: string, audiences: readonly string[]): Promise<TokenResult> {
    try {
      const claims = await this.#verified(token);
      if (isElsewhere(claims, this.#options.rules.mappings.groups.claim)) {
        throw new Error('oidc: could not expand distributed claims: they are not fetched from elsewhere');
      }
      const user = authenticated(userOfClaims(claims, this.#options.rules.mappings));
      this.#remember(token, user);
      return { user, audiences };
    } catch (error) {
      const { message, cause } = error as Error;
      const { url } = this.#options.rules.configuration.issuer;
      // The message may say what the token says, but never the token.
      this.#options.log.info(
        { issuer: url, reason: (cause as Error | undefined)?.message ?? message },
        'a token is no good',
      );
      return { problem: message };
    }
  }

  #isIssuer(issuer: unknown): boolean {
    const { url } = this.#options.rules.configuration.issuer;
    // Google's tokens leave the scheme out now and then.
    return issuer === url || (url === GOOGLE && `https://${String(issuer)}` === GOOGLE);
  }

  async #verified(token: string): Promise<Claims> {
    const fail = (message: string): never => {
      throw new Error(`oidc: verify token: ${message}`);
    };
    const algorithm = decoded(token.split('.', 1)[0])?.alg;
    if (typeof algorithm !== 'string' || !ALGORITHMS.includes(algorithm)) {
      const expected = `[${ALGORITHMS.map(goQuote).join(' ')}]`;
      return fail(
        `oidc: id token signed with unsupported algorithm, expected ${expected} got ${goQuote(String(algorithm))}`,
      );
    }
    const payload = await this.#keys.verify(token, algorithm).catch((error: unknown) => {
      const { message, cause } = error as Error;
      const isMissing = message === 'authenticator not initialized';
      throw new Error(`oidc: ${isMissing ? '' : 'verify token: '}${message}`, { cause });
    });
    const claims = JSON.parse(payload) as Claims;
    this.#checkAudience(claims.aud, fail);
    this.#checkTimes(claims, fail);
    return claims;
  }

  #checkAudience(aud: unknown, fail: (message: string) => never): void {
    const { audiences } = this.#options.rules.configuration.issuer;
    const given = (Array.isArray(aud) ? aud : [aud]).filter((audience) => typeof audience === 'string');
    if (given.some((audience) => audiences.includes(audience))) return;
    const list = (texts: readonly string[]): string => `[${texts.map(goQuote).join(' ')}]`;
    const [first = ''] = audiences;
    if (audiences.length === 1) fail(`oidc: expected audience ${goQuote(first)} got ${list(given)}`);
    fail(`oidc: expected audience in ${list([...audiences].sort())} got ${list(given)}`);
  }

  #checkTimes({ exp, nbf }: Claims, fail: (message: string) => never): void {
    const nowMs = this.#options.clock.now();
    const expiryMs = typeof exp === 'number' ? exp * 1000 : 0;
    if (expiryMs < nowMs) fail(`oidc: token is expired (Token Expiry: ${goTime(expiryMs)})`);
    if (typeof nbf === 'number' && nowMs + NOT_BEFORE_LEEWAY_MS < nbf * 1000) {
      fail(`oidc: current time ${goTime(nowMs)} before the nbf (not before) time: ${goTime(nbf * 1000)}`);
    }
  }

  #remember(token: string, user: User): void {
    const { clock } = this.#options;
    const [oldest] = this.#known.keys();
    if (this.#known.size >= REMEMBERED_MAX && oldest !== undefined) this.#known.delete(oldest);
    this.#known.delete(token);
    this.#known.set(token, { user, untilMs: clock.now() + REMEMBERED_MS });
  }
}

function decoded(part: string | undefined): Claims | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as Claims) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether the groups are only named, and would have to be asked for at another server. */
function isElsewhere(claims: Claims, groupsClaim: string | undefined): boolean {
  if (groupsClaim === undefined || Object.hasOwn(claims, groupsClaim)) return false;
  const names = claims._claim_names;
  return typeof names === 'object' && names !== null && Object.hasOwn(names, groupsClaim);
}

/** As Go prints a time without a zone. */
function goTime(timeMs: number): string {
  const [date = '', time = ''] = new Date(timeMs).toISOString().split('T');
  return `${date} ${time.slice(0, 8)} +0000 UTC`;
}
