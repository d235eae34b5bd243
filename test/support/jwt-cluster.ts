import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { JwtConfiguration } from '../../server/auth/jwt/configuration.ts';
import { type OidcIssuer, oidcIssuer } from './oidc-issuer.ts';
import { at, type SecuredCluster, securedCluster } from './secured-cluster.ts';
import { SimulatedClock } from './simulated-clock.ts';

export interface JwtCluster extends AsyncDisposable {
  readonly cluster: SecuredCluster;
  readonly issuer: OidcIssuer;
  readonly clock: SimulatedClock;
  /** Claims that are good for five minutes, for the audience `shop`. */
  readonly claims: { readonly sub: string; readonly aud: string; readonly exp: number };
  /** Whom a token stands for, or why for nobody. */
  verdict(token: string): Promise<unknown>;
}

type Change = Partial<Omit<JwtConfiguration, 'issuer'>> & { readonly issuer?: Partial<JwtConfiguration['issuer']> };

/** A cluster that takes tokens of an issuer on this machine. */
export async function jwtCluster(change: Change = {}, algorithm?: string): Promise<JwtCluster> {
  const issuer = await oidcIssuer(algorithm);
  const clock = new SimulatedClock();
  const folder = mkdtempSync(join(tmpdir(), 'fauxkube-jwt-'));
  const authenticationConfig = join(folder, 'auth.yaml');
  const known = { url: issuer.url, certificateAuthority: issuer.ca, audiences: ['shop'] };
  const discoveryURL = change.issuer?.discoveryURL && issuer.url + change.issuer.discoveryURL;
  const jwt = {
    claimMappings: { username: { claim: 'sub', prefix: '' } },
    ...change,
    issuer: { ...known, ...change.issuer, ...(discoveryURL && { discoveryURL }) },
  };
  const file = { apiVersion: 'apiserver.config.k8s.io/v1', kind: 'AuthenticationConfiguration', jwt: [jwt] };
  writeFileSync(authenticationConfig, stringify(file));
  const cluster = await securedCluster(clock, { authentication: { authenticationConfig } });
  return {
    cluster,
    issuer,
    clock,
    claims: { sub: 'jane', aud: 'shop', exp: clock.now() / 1000 + 300 },
    async verdict(token) {
      const path = '/apis/authentication.k8s.io/v1/tokenreviews';
      const { body } = await cluster.ask('POST', path, { body: { spec: { token } } });
      return at(body, 'status.error') ?? at(body, 'status.user');
    },
    async [Symbol.asyncDispose]() {
      rmSync(folder, { recursive: true });
      await cluster[Symbol.asyncDispose]();
      await issuer[Symbol.asyncDispose]();
    },
  };
}
