/** The public keys of an issuer: found by OpenID discovery, fetched when they are needed, and kept. */
import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../../base/clock.ts';
import { goQuote } from '../../kube/go-quote.ts';
import type { Outbound } from '../../kube/outbound.ts';
import type { JwtConfiguration } from './configuration.ts';

export interface IssuerKeysOptions {
  readonly issuer: JwtConfiguration['issuer'];
  readonly outbound: Outbound;
  readonly clock: Clock;
}

type VerifyKeys = ReturnType<typeof import('jose')['createLocalJWKSet']>;

const TIMEOUT_MS = 30_000;
/** How long nobody asks again after discovery has failed. */
const PAUSE_MS = 10_000;
const WELL_KNOWN = '/.well-known/openid-configuration';

export class IssuerKeys {
  readonly #options: IssuerKeysOptions;
  #keysUrl: string | undefined;
  #failedAtMs: number | undefined;
  #keys: VerifyKeys | undefined;
  /** One fetch serves everybody who waits. */
  #fetching: Promise<VerifyKeys> | undefined;

  constructor(options: IssuerKeysOptions) {
    this.#options = options;
  }

  /**
   * Checks the signature of a token. Keys that are not known yet are fetched: issuers change them at any time.
   *
   * @returns the payload
   * @throws Error in upstream's words
   */
  async verify(token: string, algorithm: string): Promise<string> {
    const tried = (keys: VerifyKeys): Promise<string> => verifiedBy(keys, token, algorithm);
    const known = this.#keys;
    if (known) {
      const payload = await tried(known).catch(() => undefined);
      if (payload !== undefined) return payload;
    }
    const fetched = await this.#fetchedKeys();
    return tried(fetched).catch(() => {
      throw new Error('failed to verify signature: failed to verify id token signature');
    });
  }

  async #fetchedKeys(): Promise<VerifyKeys> {
    this.#fetching ??= this.#fetch().finally(() => {
      this.#fetching = undefined;
    });
    return this.#fetching;
  }

  async #fetch(): Promise<VerifyKeys> {
    const url = this.#keysUrl ?? (await this.#discover());
    this.#keysUrl = url;
    const { createLocalJWKSet } = await import('jose');
    let set: unknown;
    try {
      set = await this.#get(url);
      this.#keys = createLocalJWKSet(set as JSONWebKeySet);
      return this.#keys;
    } catch (error) {
      throw new Error(`failed to verify signature: fetching keys ${(error as Error).message}`);
    }
  }

  /** Where the keys are. It asks at most every ten seconds as long as it finds nothing. */
  async #discover(): Promise<string> {
    const { issuer, clock } = this.#options;
    const uninitialized = new Error('authenticator not initialized');
    if (this.#failedAtMs !== undefined && clock.now() < this.#failedAtMs + PAUSE_MS) throw uninitialized;
    try {
      const found = (await this.#get(issuer.discoveryURL ?? issuer.url.replace(/\/$/, '') + WELL_KNOWN)) as {
        readonly issuer?: unknown;
        readonly jwks_uri?: unknown;
      };
      if (found.issuer !== issuer.url) {
        const names = `expected ${goQuote(issuer.url)} got ${goQuote(String(found.issuer))}`;
        throw new Error(`oidc: issuer did not match the issuer returned by provider, ${names}`);
      }
      if (typeof found.jwks_uri !== 'string') throw new Error('provider did not return JWKS URL');
      return found.jwks_uri;
    } catch (error) {
      this.#failedAtMs = clock.now();
      throw new Error(uninitialized.message, { cause: error });
    }
  }

  async #get(url: string): Promise<unknown> {
    const { issuer, outbound } = this.#options;
    const { status, body } = await outbound.call({
      method: 'GET',
      url,
      ...(issuer.certificateAuthority && { caBundle: issuer.certificateAuthority }),
      headers: { accept: 'application/json' },
      timeoutMs: TIMEOUT_MS,
    });
    if (status !== 200) throw new Error(`oidc: get ${url} failed: ${status}`);
    return JSON.parse(body.toString()) as unknown;
  }
}

/** @throws Error when none of the keys has signed the token */
async function verifiedBy(keys: VerifyKeys, token: string, algorithm: string): Promise<string> {
  const { compactVerify, errors } = await import('jose');
  const read = ({ payload }: { readonly payload: Uint8Array }): string => new TextDecoder().decode(payload);
  try {
    return read(await compactVerify(token, keys, { algorithms: [algorithm] }));
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    // The token does not say which: go-oidc tries one after the other.
    for await (const key of error) {
      const verified = await compactVerify(token, key, { algorithms: [algorithm] }).catch(() => undefined);
      if (verified) return read(verified);
    }
    throw error;
  }
}
