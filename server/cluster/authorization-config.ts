/** Reads `--authorization-config`: a file in upstream's format. */
import type { NamedAuthorizer } from '../auth/authorizers.ts';
import { decodeAuthorizationConfig } from '../auth/webhook/configuration.ts';
import { filterOf } from '../auth/webhook/match-conditions.ts';
import type { AuthorizationParts } from './authorization.ts';
import { webhookOfFile } from './authorization-webhook.ts';
import { readConfigFile } from './config-file.ts';

/** @throws Error with a line for each problem: `authz.yaml:5: authorizers[0].timeout: Required value` */
export function readAuthorizationConfig(file: string, parts: AuthorizationParts): readonly NamedAuthorizer[] {
  const { value, located } = readConfigFile(file);
  const authorizers = decodeAuthorizationConfig(value);
  if ('problems' in authorizers) throw located(authorizers.problems);
  return authorizers.map(({ name, mode, webhook }) => {
    if (!webhook) return { name, mode };
    const { kubeconfig, conditions, ...options } = webhook;
    const filter = filterOf(conditions);
    return { name, mode, webhook: webhookOfFile(kubeconfig, name, parts, { ...options, filter }) };
  });
}
