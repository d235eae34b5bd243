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
import { checkStandardClaims } from './standard-claims.ts';

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
    const { rules, clock } = this.#options;
    const algorithm = algorithmOf(token);
    const payload = await this.#keys.verify(token, algorithm).catch((error: unknown) => {
      const { message, cause } = error as Error;
      const isMissing = message === 'authenticator not initialized';
      throw new Error(`oidc: ${isMissing ? '' : 'verify token: '}${message}`, { cause });
    });
    const claims = JSON.parse(payload) as Claims;
    try {
      checkStandardClaims(claims, rules.configuration.issuer.audiences, clock.now());
    } catch (error) {
      throw verifyFault((error as Error).message);
    }
    return claims;
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

const verifyFault = (why: string): Error => new Error(`oidc: verify token: ${why}`);

/** @throws Error for what is no token, or is signed in a way that no public key can check */
function algorithmOf(token: string): string {
  const [head = '', , signature = ''] = token.split('.');
  for (const part of [head, signature]) {
    const at = part.search(/[^A-Za-z0-9_-]/);
    if (at >= 0) throw verifyFault(`oidc: malformed jwt: illegal base64 data at input byte ${at}`);
  }
  const header = decoded(head);
  if (!header) throw verifyFault('oidc: malformed jwt: its header is no JSON');
  const { alg = '' } = header;
  if (typeof alg === 'string' && ALGORITHMS.includes(alg)) return alg;
  const expected = `[${ALGORITHMS.map(goQuote).join(' ')}]`;
  const got = goQuote(typeof alg === 'string' ? alg : '');
  throw verifyFault(`oidc: id token signed with unsupported algorithm, expected ${expected} got ${got}`);
}
