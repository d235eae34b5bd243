/** Who sits before the dashboard: a browser has no client certificate, so it gets a cookie for a token. */
import { type Clock, realOf } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import type { User } from '../kube/object.ts';
import type { CredentialedRequest, PageSessions } from '../pipeline/identity.ts';

/** Programs of other origins cannot send it: a browser would ask this server first, which says no. */
export const PAGE_HEADER = 'x-fauxkube-ui';

/** 27^40: nobody guesses it. */
const SECRET_CHARACTERS = 40;
const TOKEN_MS = 5 * 60 * 1000;
const SESSION_MS = 12 * 60 * 60 * 1000;
/** Whoever asks for more forgets the oldest. */
const KEPT_MAX = 100;
const READING = new Set(['GET', 'HEAD']);

export interface UiSessionsParts {
  readonly clock: Clock;
  /** Not that of a seed: others would know what comes next. */
  readonly random: Random;
  readonly user: User;
}

/** What ends after a time, the oldest first. */
class Secrets {
  readonly #ends = new Map<string, number>();
  readonly #clock: Clock;
  readonly #lifeMs: number;

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  add(secret: string): number {
    const [oldest] = this.#ends.keys();
    if (oldest !== undefined && this.#ends.size >= KEPT_MAX) this.#ends.delete(oldest);
    const endMs = this.#clock.now() + this.#lifeMs;
    this.#ends.set(secret, endMs);
    return endMs;
  }

  has(secret: string): boolean {
    return (this.#ends.get(secret) ?? 0) > this.#clock.now();
  }

  remove(secret: string): boolean {
    const isGood = this.has(secret);
    this.#ends.delete(secret);
    return isGood;
  }
}

/** Tokens and sessions of the dashboard of one cluster. They live in memory, by the clock of the machine. */
export class UiSessions implements PageSessions {
  readonly #random: Random;
  readonly #user: User;
  readonly #tokens: Secrets;
  readonly #sessions: Secrets;
  /** Cookies of one host are those of all its ports, and of all clusters there: each has its own name. */
  readonly #cookie: string;

  constructor({ clock, random, user }: UiSessionsParts) {
    const real = realOf(clock);
    this.#random = random;
    this.#user = user;
    this.#tokens = new Secrets(real, TOKEN_MS);
    this.#sessions = new Secrets(real, SESSION_MS);
    this.#cookie = `fauxkube-ui-${random.suffix(8)}`;
  }

  /** A token that is good once, for a few minutes. */
  issue(): { readonly token: string; readonly expires: string } {
    const token = this.#random.suffix(SECRET_CHARACTERS);
    return { token, expires: new Date(this.#tokens.add(token)).toISOString() };
  }

  /** @returns whether the token was good; it is not any more */
  use(token: string): boolean {
    return this.#tokens.remove(token);
  }

  /** Begins a session. @returns the Set-Cookie header */
  begin(request: CookieRequest): string {
    const secret = this.#random.suffix(SECRET_CHARACTERS);
    this.#sessions.add(secret);
    return this.#setCookie(request, secret, SESSION_MS / 1000);
  }

  /** Ends the session of a request. @returns the Set-Cookie header that takes the cookie away */
  end(request: CookieRequest): string {
    for (const secret of this.#secretsIn(request.header('cookie') ?? '')) this.#sessions.remove(secret);
    return this.#setCookie(request, '', 0);
  }

  userOf(request: CredentialedRequest): User | undefined {
    const cookie = request.header('cookie');
    if (cookie === undefined || !cookie.includes(this.#cookie) || !isOfOwnPage(request)) return undefined;
    return this.#secretsIn(cookie).some((secret) => this.#sessions.has(secret)) ? this.#user : undefined;
  }

  #setCookie(request: CookieRequest, value: string, seconds: number): string {
    // Browsers speak HTTP/2 over TLS, and only there; a cookie for plain HTTP must not take the place of the other.
    const isSecure = request.header(':scheme') === 'https';
    const name = `${this.#cookie}${isSecure ? '-s' : ''}`;
    const path = `Path=${request.prefix ?? ''}/`;
    return `${name}=${value}; ${path}; Max-Age=${seconds}; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
  }

  #secretsIn(cookie: string): string[] {
    return cookie.split(';').flatMap((pair) => {
      const [name = '', value = ''] = pair.trim().split('=');
      return (name === this.#cookie || name === `${this.#cookie}-s`) && value !== '' ? [value] : [];
    });
  }
}

/** Where a cookie is set. */
interface CookieRequest {
  readonly prefix?: string;
  header(name: string): string | undefined;
}

/** The host of `https://127.0.0.1:6443`; nothing for `null` and the like. */
function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

/**
 * Whether a program of the dashboard's own page sends it: no other origin, and no page that is opened. What a pod
 * answers through the API has the same origin, and must never run with this cookie.
 */
export function isOfOwnPage(request: CredentialedRequest): boolean {
  const origin = request.header('origin');
  const site = request.header('sec-fetch-site');
  const hasPageHeader = request.header(PAGE_HEADER) !== undefined;
  if (site !== undefined && site !== 'same-origin') return false;
  if (!['empty', 'websocket'].includes(request.header('sec-fetch-dest') ?? 'empty')) return false;
  if (request.header('sec-fetch-mode') === 'navigate') return false;
  if (origin !== undefined && hostOf(origin) !== (request.header(':authority') ?? request.header('host'))) return false;
  // A WebSocket cannot have headers of a program, and always tells its origin.
  if (request.isUpgrade) return origin !== undefined;
  return hasPageHeader || (READING.has(request.method) && (origin ?? site) !== undefined);
}
