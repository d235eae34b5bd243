/** Checks a token as others would who only know its issuer: test/images/agnhost/openidmetadata. */
import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { SystemError } from '../../machine/errno.ts';
import type { Process } from '../../machine/process.ts';
import type { Program } from '../../machine/program.ts';
import { readText } from '../../shell/programs/tls.ts';
import { readFlags } from '../flags.ts';
import { log, quoted } from '../go-program.ts';
import { askInCluster, GoError, inCluster, openFault, tokenOf } from '../in-cluster.ts';

/** How to get a page of the issuer. */
type Get = (url: string) => Promise<{ readonly status: number; readonly text: string }>;

interface Claims {
  readonly iss?: string;
  readonly aud?: string | readonly string[];
  readonly exp?: number;
  readonly nbf?: number;
}

type NamedKey = JsonWebKey & { readonly kid?: string };

/** Hashes of the algorithms that tokens of service accounts are signed with. */
const HASHES: Readonly<Record<string, string>> = { RS256: 'sha256', ES256: 'sha256', ES384: 'sha384', ES512: 'sha512' };

export const issuerDiscovery: Program = async (process, args) => {
  const { flags } = readFlags(args, { 'token-path': '', audience: '' });
  const path = flags['token-path'];
  try {
    const token = await readToken(process, path);
    await log(process, 'OK: Got token');
    await log(process, 'validating with in-cluster discovery');
    const { caBundle } = await inCluster(process);
    const inside: Get = async (url) => askInCluster(process, { url, caBundle, token: await tokenOf(process) });
    const fault = await faultOf(process, token, flags.audience, inside);
    if (fault === undefined) return 0;
    await log(process, `failed to validate with in-cluster discovery: ${fault}`);
    await log(process, 'falling back to validating with external discovery');
    const outsideFault = await faultOf(process, token, flags.audience, (url) => askInCluster(process, { url }));
    if (outsideFault === undefined) return 0;
    await log(process, outsideFault);
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    await log(process, error.message);
  }
  return 1;
};

async function readToken(process: Process, path: string): Promise<string> {
  try {
    return (await readText(process, path)).trim();
  } catch (error) {
    if (!(error instanceof SystemError)) throw error;
    throw new GoError(openFault(path, error));
  }
}

async function faultOf(process: Process, token: string, audience: string, get: Get): Promise<string | undefined> {
  try {
    await check(process, token, audience, get);
    return undefined;
  } catch (error) {
    if (!(error instanceof GoError)) throw error;
    return error.message;
  }
}

/** @throws GoError when the issuer does not vouch for the token */
async function check(process: Process, token: string, audience: string, get: Get): Promise<void> {
  const [head = '', body = '', signature = '', ...more] = token.split('.');
  if (signature === '' || more.length > 0)
    throw new GoError('go-jose/go-jose: compact JWS format must have three parts');
  const { alg = '', kid } = jsonOf<{ alg?: string; kid?: string }>(Buffer.from(head, 'base64url').toString(), 'token');
  const claims = jsonOf<Claims>(Buffer.from(body, 'base64url').toString(), 'token');
  const { iss: issuer = '' } = claims;
  await log(process, `OK: got issuer ${issuer}`);
  await log(process, `Full, not-validated claims: \n${JSON.stringify(claims)}`);
  const document = await page(get, `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
  const { issuer: told = '', jwks_uri: keysUrl = '' } = jsonOf<{ issuer?: string; jwks_uri?: string }>(
    document,
    'oidc: failed to decode provider discovery object',
  );
  if (told !== issuer)
    throw new GoError(
      `oidc: issuer did not match the issuer returned by provider, expected ${quoted(issuer)} ` + `got ${quoted(told)}`,
    );
  await log(process, `OK: Constructed OIDC provider for issuer ${issuer}`);
  const audiences = typeof claims.aud === 'string' ? [claims.aud] : (claims.aud ?? []);
  if (!audiences.includes(audience))
    throw new GoError(`oidc: expected audience ${quoted(audience)} got ${JSON.stringify(audiences)}`);
  const nowSeconds = process.machine.clock.now() / 1000;
  if (nowSeconds >= (claims.exp ?? 0)) throw new GoError(`oidc: token is expired (Token Expiry: ${claims.exp})`);
  const hash = Object.hasOwn(HASHES, alg) ? HASHES[alg] : undefined;
  if (hash === undefined)
    throw new GoError(
      `oidc: id token signed with unsupported algorithm, expected ${JSON.stringify(Object.keys(HASHES))} ` +
        `got ${quoted(alg)}`,
    );
  const { keys = [] } = jsonOf<{ keys?: NamedKey[] }>(await page(get, keysUrl), 'oidc: failed to decode keys');
  const signed = Buffer.from(`${head}.${body}`);
  const isSigned = keys
    .filter((key) => kid === undefined || key.kid === kid)
    .some((key) => isSignedBy(key, hash, signed, Buffer.from(signature, 'base64url')));
  if (!isSigned) throw new GoError('failed to verify signature: failed to verify id token signature');
  await log(process, 'OK: Validated signature on JWT');
  await log(process, 'OK: Got valid claims from token!');
  await log(process, `Full, validated claims: \n${JSON.stringify(claims)}`);
}

async function page(get: Get, url: string): Promise<string> {
  const { status, text } = await get(url);
  if (status === 200) return text;
  throw new GoError(`${status}: ${text}`);
}

/** @throws GoError */
function jsonOf<T>(text: string, what: string): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    throw new GoError(`${what}: invalid character`);
  }
}

function isSignedBy(jwk: NamedKey, hash: string, signed: Buffer, signature: Buffer): boolean {
  try {
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    return verify(hash, signed, { key, dsaEncoding: 'ieee-p1363' }, signature);
  } catch {
    // A key of another kind.
    return false;
  }
}
