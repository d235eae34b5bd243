/** Tokens of service accounts: JSON Web Tokens that this cluster signs, and recognizes by its own key. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Random } from '../base/random.ts';
import { goQuote } from '../kube/go-quote.ts';
import type { User } from '../kube/object.ts';
import type { ObjectLookup } from './stored-objects.ts';
import { boundObjectProblem, type TokenClaims, timeProblem, userOfClaims } from './token-claims.ts';

/** Where service account tokens of a cluster come from, unless it is told otherwise. */
export const DEFAULT_ISSUER = 'https://kubernetes.default.svc';

export interface ServiceAccountTokenOptions {
  /** The private key, PEM, of the curve P-256. */
  readonly key: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Finds service accounts and what tokens are bound to. */
  readonly objects: ObjectLookup;
  readonly issuer?: string;
  /** What the API server answers to; the issuer unless given, as with kube-apiserver. */
  readonly audiences?: readonly string[];
}

/** What a new token is to say. */
export interface TokenContents {
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly warnAfterSeconds?: number;
  readonly bound: TokenClaims['kubernetes.io'];
}

/** A token that is good, with the audiences that it was asked for and has; or why it is not. */
export type TokenResult = { readonly user: User; readonly audiences: readonly string[] } | { readonly problem: string };

interface Keys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly id: string;
}

interface Recognized {
  readonly claims: TokenClaims;
  readonly user: User;
}

const ALGORITHM = 'ES256';
const MAX_RECOGNIZED = 2000;
const BASE64URL = /^[A-Za-z0-9_-]*$/;
/** go-jose's, for everything that a signature can be wrong in. */
const BAD_SIGNATURE = 'go-jose/go-jose: error in cryptographic primitive';

export class ServiceAccountTokens {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly #options: ServiceAccountTokenOptions;
  #keys: Keys | undefined;
  /** Signatures are checked once. What may change later (time, objects) is checked at each use. */
  readonly #recognized = new Map<string, Recognized>();

  constructor(options: ServiceAccountTokenOptions) {
    this.#options = options;
    this.issuer = options.issuer ?? DEFAULT_ISSUER;
    this.audiences = options.audiences ?? [this.issuer];
  }

  async issue({ audiences, expirationSeconds, warnAfterSeconds, bound }: TokenContents): Promise<string> {
    const { clock, random } = this.#options;
    const now = Math.floor(clock.now() / 1000);
    const claims: TokenClaims = {
      aud: audiences,
      exp: now + expirationSeconds,
      iat: now,
      iss: this.issuer,
      jti: random.uuid(),
      'kubernetes.io': warnAfterSeconds === undefined ? bound : { ...bound, warnafter: now + warnAfterSeconds },
      nbf: now,
      sub: `system:serviceaccount:${bound.namespace}:${bound.serviceaccount.name}`,
    };
    const { privateKey, id } = this.#keyPair();
    const { CompactSign } = await jose();
    const text = new TextEncoder().encode(JSON.stringify(claims));
    return new CompactSign(text).setProtectedHeader({ alg: ALGORITHM, kid: id }).sign(privateKey);
  }

  /**
   * Whose token this is. It answers at once for a token that it has seen before.
   *
   * @returns undefined for what is no token of this issuer
   */
  authenticate(token: string, audiences: readonly string[]): TokenResult | undefined | Promise<TokenResult> {
    const known = this.#recognized.get(token);
    if (known) return this.#checked(known, audiences);
    const parts = token.split('.');
    if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) return undefined;
    const header = decoded<{ kid?: unknown }>(parts[0]);
    if (!header || decoded<Partial<TokenClaims>>(parts[1])?.iss !== this.issuer) return undefined;
    const { kid } = header;
    if (typeof kid === 'string' && kid !== '' && kid !== this.#keyPair().id) {
      return { problem: 'invalid signature, no keys found' };
    }
    return this.#recognize(token, audiences);
  }

  /** The public key as a JSON Web Key, for those who check tokens themselves. */
  publicKey(): { readonly use: 'sig'; readonly kid: string; readonly alg: string; readonly [field: string]: unknown } {
    const { publicKey, id } = this.#keyPair();
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
    return { use: 'sig', kty, kid: id, crv, alg: ALGORITHM, x, y };
  }

  async #recognize(token: string, audiences: readonly string[]): Promise<TokenResult> {
    const { compactVerify } = await jose();
    let claims: TokenClaims;
    try {
      const { payload } = await compactVerify(token, this.#keyPair().publicKey, { algorithms: [ALGORITHM] });
      // Only this server signs with its key: the claims are what `issue` wrote.
      claims = JSON.parse(new TextDecoder().decode(payload)) as TokenClaims;
    } catch {
      return { problem: BAD_SIGNATURE };
    }
    const recognized = { claims, user: userOfClaims(claims) };
    const [oldest] = this.#recognized.keys();
    if (this.#recognized.size >= MAX_RECOGNIZED && oldest !== undefined) this.#recognized.delete(oldest);
    this.#recognized.set(token, recognized);
    return this.#checked(recognized, audiences);
  }

  #checked({ claims, user }: Recognized, wanted: readonly string[]): TokenResult {
    const audiences = wanted.filter((audience) => claims.aud.includes(audience));
    if (audiences.length === 0) {
      const [has, asked] = [goList(claims.aud), goList(wanted)];
      return { problem: `token audiences ${has} is invalid for the target audiences ${asked}` };
    }
    const now = this.#options.clock.now();
    const problem = timeProblem(claims, now) ?? boundObjectProblem(claims, this.#options.objects, now);
    return problem === undefined ? { user, audiences } : { problem };
  }

  #keyPair(): Keys {
    if (!this.#keys) {
      const privateKey = createPrivateKey(this.#options.key);
      const publicKey = createPublicKey(privateKey);
      const spki = publicKey.export({ type: 'spki', format: 'der' });
      // The same derivation as upstream's (keyIDFromPublicKey).
      this.#keys = { privateKey, publicKey, id: createHash('sha256').update(spki).digest('base64url') };
    }
    return this.#keys;
  }
}

/** Loaded when the first token is made or seen: most test runs never see one, and start sooner. */
const jose = (): Promise<typeof import('jose')> => import('jose');

function decoded<T>(part: string | undefined): T | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
    return typeof value === 'object' && value !== null ? (value as T) : undefined;
  } catch {
    return undefined;
  }
}

/** How Go prints a list of texts with %q. */
function goList(texts: readonly string[]): string {
  return `[${texts.map(goQuote).join(' ')}]`;
}
