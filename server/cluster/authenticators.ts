/** All ways in which the users of one cluster are known. */
import { readFileSync } from 'node:fs';
import { Credentials } from '../auth/authenticator.ts';
import { BootstrapTokens } from '../auth/bootstrap-tokens.ts';
import { FrontProxy, type FrontProxyOptions, fingerprintsOf } from '../auth/front-proxy.ts';
import { parseStaticTokens } from '../auth/static-tokens.ts';
import type { ObjectLookup } from '../auth/stored-objects.ts';
import type { ServiceAccountTokens } from '../auth/tokens.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Outbound } from '../kube/outbound.ts';
import type { PageSessions } from '../pipeline/identity.ts';
import type { AuthenticationSettings } from './authentication-config.ts';

/** What whoever starts a cluster may say about its users; names are those of kube-apiserver's flags. */
export interface AuthenticationOptions {
  /** Bearer tokens: token,user,uid,"group,group". */
  readonly tokenFile?: string;
  /** AuthenticationConfiguration: which tokens of other issuers are good, and who may be anonymous. */
  readonly authenticationConfig?: string;
  /** Whether requests without credentials are served; they are unless this says no. */
  readonly anonymousAuth?: boolean;
  /** Whether tokens in secrets of type bootstrap.kubernetes.io/token are good. */
  readonly enableBootstrapTokenAuth?: boolean;
  /** Proxies that say in headers who asks. */
  readonly frontProxy?: FrontProxyOptions;
}

export interface AuthenticatorParts {
  readonly tokens: ServiceAccountTokens;
  readonly objects: ObjectLookup;
  readonly clientCa: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly outbound: Outbound;
  readonly pageSessions?: PageSessions | undefined;
}

/** @throws Error for files that cannot be read, with file, line and field for what cannot be used in them */
export async function authenticatorsOf(
  { tokenFile, authenticationConfig, anonymousAuth, enableBootstrapTokenAuth, frontProxy }: AuthenticationOptions,
  { tokens, objects, clientCa, clock, log, outbound, pageSessions }: AuthenticatorParts,
): Promise<Credentials> {
  const staticTokens =
    tokenFile === undefined ? undefined : parseStaticTokens(readFileSync(tokenFile, 'utf8'), tokenFile);
  const settings = await settingsOf(authenticationConfig, tokens.issuer);
  const { enabled, conditions = [] } = settings?.anonymous ?? { enabled: anonymousAuth ?? true };
  if (settings?.anonymous && anonymousAuth !== undefined) {
    throw new Error(
      '--anonymous-auth flag cannot be set when anonymous field is configured in authentication configuration file',
    );
  }
  const [clientAuthority = ''] = fingerprintsOf(clientCa);
  return new Credentials({
    serviceAccountTokens: tokens,
    ...(staticTokens && { staticTokens }),
    otherTokens: [
      ...(enableBootstrapTokenAuth ? [new BootstrapTokens(objects, clock)] : []),
      ...(settings?.authenticators({ outbound, clock, log }) ?? []),
    ],
    ...(frontProxy && { frontProxy: new FrontProxy(frontProxy, clientCa), clientAuthority }),
    ...(pageSessions && { pageSessions }),
    anonymous: enabled && conditions.length > 0 ? new Set(conditions.map(({ path }) => path)) : enabled,
  });
}

/** Most clusters start without such a file: what reads it, and the expressions in it, is loaded for those that do. */
async function settingsOf(file: string | undefined, ownIssuer: string): Promise<AuthenticationSettings | undefined> {
  if (file === undefined) return undefined;
  const { readAuthenticationConfig } = await import('./authentication-config.ts');
  return readAuthenticationConfig(file, [ownIssuer]);
}
