/** Tokens of service accounts: JSON Web Tokens that this cluster signs, and recognizes by its own key. */
import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import type { Frozen } from '../base/freeze.ts';
import type { Random } from '../base/random.ts';
import { goQuote } from '../kube/go-quote.ts';
import type { KubeObject, User } from '../kube/object.ts';
import { type Keys, randomKeys } from './keys.ts';
import {
  LEGACY_ISSUER,
  type LegacyClaims,
  lastUsedPatch,
  legacyClaims,
  legacyState,
  userOfLegacyClaims,
} from './legacy-tokens.ts';
import type { ObjectLookup } from './stored-objects.ts';
import type { TokenAuthenticator, TokenResult } from './token-authenticator.ts';
import { boundObjectProblem, type TokenClaims, timeProblem, userOfClaims } from './token-claims.ts';

/** Where service account tokens of a cluster come from, unless it is told otherwise. */
export const DEFAULT_ISSUER = 'https://kubernetes.default.svc';

export interface ServiceAccountTokenOptions {
  /** The private key, PEM, of the curve P-256. */
  readonly key: string;
  /** How texts are signed with it. */
  readonly sign?: Keys['signToken'];
  readonly clock: Clock;
  readonly random: Random;
  /** Finds service accounts and what tokens are bound to. */
  readonly objects: ObjectLookup;
  readonly issuer?: string;
  /** What the API server answers to; the issuer unless given, as with kube-apiserver. */
  readonly audiences?: readonly string[];
  /** Patches a secret whose token somebody uses, so that it says when that was. */
  readonly markUsed?: (secret: Frozen<KubeObject>, mergePatch: object) => Promise<void>;
}

/** What a new token is to say. */
export interface TokenContents {
  readonly audiences: readonly string[];
  readonly expirationSeconds: number;
  readonly warnAfterSeconds?: number;
  readonly bound: TokenClaims['kubernetes.io'];
}

interface TokenKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
  readonly id: string;
}

type Recognized =
  | { readonly type: 'bound'; readonly claims: TokenClaims; readonly user: User }
  | { readonly type: 'legacy'; readonly claims: LegacyClaims; readonly user: User; readonly token: string };

const ALGORITHM = 'ES256';
const MAX_RECOGNIZED = 2000;
const BASE64URL = /^[A-Za-z0-9_-]*$/;
/** go-jose's, for everything that a signature can be wrong in. */
const BAD_SIGNATURE = 'go-jose/go-jose: error in cryptographic primitive';

export class ServiceAccountTokens implements TokenAuthenticator {
  readonly issuer: string;
  readonly audiences: readonly string[];
  readonly #options: ServiceAccountTokenOptions;
  #keys: TokenKeys | undefined;
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
    return this.#sign(claims);
  }

  /** The token for a secret of a service account. */
  async issueLegacy(account: Frozen<KubeObject>, secretName: string): Promise<string> {
    return this.#sign(legacyClaims(account, secretName));
  }

  /** A signature takes less time than the way to another thread, where libraries make it; each pod has one. */
  #sign(claims: TokenClaims | LegacyClaims): string {
    const { sign = randomKeys.signToken } = this.#options;
    const { privateKey: key, id } = this.#keyPair();
    const text = [{ alg: ALGORITHM, kid: id }, claims]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const signature = sign(Buffer.from(text), key);
    return `${text}.${signature.toString('base64url')}`;
  }

  /** It answers at once for a token that it has seen before. */
  authenticate(token: string, audiences: readonly string[]): TokenResult | undefined | Promise<TokenResult> {
    const known = this.#recognized.get(token);
    if (known) return this.#checked(known, audiences);
    const parts = token.split('.');
    if (parts.length !== 3 || !parts.every((part) => BASE64URL.test(part))) return undefined;
    const header = decoded<{ kid?: unknown }>(parts[0]);
    const iss = decoded<{ iss?: unknown }>(parts[1])?.iss;
    if (!header || (iss !== this.issuer && iss !== LEGACY_ISSUER)) return undefined;
    const { kid } = header;
    if (typeof kid === 'string' && kid !== '' && kid !== this.#keyPair().id) {
      return { problem: 'invalid signature, no keys found' };
    }
    return this.#recognize(token, audiences);
  }

  /** What headers of tokens call the key that signed them. */
  get keyId(): string {
    return this.#keyPair().id;
  }

  /** The public key as a JSON Web Key, for those who check tokens themselves. */
  publicKey(): { readonly use: 'sig'; readonly kid: string; readonly alg: string; readonly [field: string]: unknown } {
    const { publicKey, id } = this.#keyPair();
    const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
    return { use: 'sig', kty, kid: id, crv, alg: ALGORITHM, x, y };
  }

  async #recognize(token: string, audiences: readonly string[]): Promise<TokenResult> {
    const { compactVerify } = await jose();
    let claims: TokenClaims | LegacyClaims;
    try {
      const { payload } = await compactVerify(token, this.#keyPair().publicKey, { algorithms: [ALGORITHM] });
      // Only this server signs with its key: the claims are what it wrote.
      claims = JSON.parse(new TextDecoder().decode(payload)) as typeof claims;
    } catch {
      return { problem: BAD_SIGNATURE };
    }
    const recognized = recognizedAs(claims, token);
    const [oldest] = this.#recognized.keys();
    if (this.#recognized.size >= MAX_RECOGNIZED && oldest !== undefined) this.#recognized.delete(oldest);
    this.#recognized.set(token, recognized);
    return this.#checked(recognized, audiences);
  }

  #checked(recognized: Recognized, wanted: readonly string[]): TokenResult | Promise<TokenResult> {
    // Tokens in secrets name no audiences: they are for the API server.
    const has = recognized.type === 'bound' ? recognized.claims.aud : this.audiences;
    const audiences = wanted.filter((audience) => has.includes(audience));
    if (audiences.length === 0) {
      return { problem: `token audiences ${goList(has)} is invalid for the target audiences ${goList(wanted)}` };
    }
    if (recognized.type === 'legacy') return this.#checkedLegacy(recognized, audiences);
    const { claims, user } = recognized;
    const now = this.#options.clock.now();
    const problem = timeProblem(claims, now) ?? boundObjectProblem(claims, this.#options.objects, now);
    return problem === undefined ? { user, audiences } : { problem };
  }

  async #checkedLegacy(
    { claims, token, user }: Extract<Recognized, { type: 'legacy' }>,
    audiences: readonly string[],
  ): Promise<TokenResult> {
    const { clock, objects, markUsed } = this.#options;
    const { problem, secret, warnings = [] } = legacyState(claims, token, objects);
    const patch = secret && lastUsedPatch(secret, clock.now());
    if (patch) await markUsed?.(secret, patch);
    return problem === undefined ? { user, audiences, warnings } : { problem };
  }

  #keyPair(): TokenKeys {
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

function recognizedAs(claims: TokenClaims | LegacyClaims, token: string): Recognized {
  if ('kubernetes.io' in claims) return { type: 'bound', claims, user: userOfClaims(claims) };
  return { type: 'legacy', claims, user: userOfLegacyClaims(claims), token };
}

/** Loaded when the first token is seen: most test runs never see one, and start sooner. */
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
