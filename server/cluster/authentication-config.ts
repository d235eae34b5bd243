/** Reads `--authentication-config`: a file in upstream's format. What is wrong is told with file, line and field. */
import { type AuthenticationConfiguration, decodeConfiguration } from '../auth/jwt/configuration.ts';
import { JwtAuthenticator, type JwtAuthenticatorOptions } from '../auth/jwt/jwt-authenticator.ts';
import { checkConfiguration } from '../auth/jwt/rules.ts';
import { readConfigFile } from './config-file.ts';

/** What a file says, checked and compiled. */
export interface AuthenticationSettings {
  readonly anonymous: AuthenticationConfiguration['anonymous'];
  /** Those who know the tokens of the issuers, in the order of the file. */
  authenticators(env: Omit<JwtAuthenticatorOptions, 'rules'>): JwtAuthenticator[];
}

/**
 * @param ownIssuers those of the cluster's own tokens, which nobody else may use
 * @throws Error with a line for each problem: `auth.yaml:5: jwt[0].issuer.url: Required value`
 */
export function readAuthenticationConfig(file: string, ownIssuers: readonly string[]): AuthenticationSettings {
  const { value, located } = readConfigFile(file);
  const configuration = decodeConfiguration(value);
  if (!('jwt' in configuration)) throw located(configuration);
  const jwt = checkConfiguration(configuration, ownIssuers);
  if ('problems' in jwt) throw located(jwt.problems);
  return {
    anonymous: configuration.anonymous,
    authenticators: (env) => jwt.map((rules) => new JwtAuthenticator({ rules, ...env })),
  };
}
