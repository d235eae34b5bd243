import { createServer } from 'node:https';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { createPki } from '../../server/auth/certificates.ts';
import { systemClock } from '../../server/base/clock.ts';
import { systemRandom } from '../../server/base/random.ts';

/** An OpenID provider on this machine, as far as API servers need one. */
export interface OidcIssuer extends AsyncDisposable {
  readonly url: string;
  /** PEM of the authority that signed its certificate. */
  readonly ca: string;
  /** Paths that were asked for, in order. */
  readonly requests: readonly string[];
  /** Whether it answers, with 503 where it does not. */
  up: boolean;
  /** A token of this issuer with these claims, signed with its newest key. */
  sign(claims: JWTPayload): Promise<string>;
  /** Replaces its key by another one. */
  rotate(): Promise<void>;
}

const DISCOVERY = '/.well-known/openid-configuration';

/** @example await using issuer = await oidcIssuer(); */
export async function oidcIssuer(algorithm = 'RS256'): Promise<OidcIssuer> {
  const { serving, ca } = createPki({ clock: systemClock(), random: systemRandom() });
  const requests: string[] = [];
  let serial = 0;
  let pair = await generateKeyPair(algorithm, { extractable: true });
  const server = createServer({ key: serving.key, cert: serving.cert }, (request, response) => {
    const path = request.url ?? '';
    requests.push(path);
    const answer = (body: object): unknown =>
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    if (!issuer.up) response.writeHead(503).end();
    else if (path === DISCOVERY || path === '/elsewhere')
      answer({ issuer: issuer.url, jwks_uri: `${issuer.url}/keys` });
    else if (path === '/keys') {
      void exportJWK(pair.publicKey).then((key) => answer({ keys: [{ ...key, kid: `key-${serial}`, use: 'sig' }] }));
    } else response.writeHead(404).end();
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const issuer: OidcIssuer = {
    url: `https://127.0.0.1:${(server.address() as { port: number }).port}`,
    ca: ca.cert,
    requests,
    up: true,
    sign: (claims) =>
      new SignJWT({ iss: issuer.url, ...claims })
        .setProtectedHeader({ alg: algorithm, kid: `key-${serial}` })
        .sign(pair.privateKey),
    async rotate() {
      serial++;
      pair = await generateKeyPair(algorithm, { extractable: true });
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
  return issuer;
}
