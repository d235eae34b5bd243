/** Who decides what the users of one cluster may do: kube-apiserver's flags of authorization. */
import type { AuthorizationMode, NamedAuthorizer } from '../auth/authorizers.ts';
import { checkModes, DEFAULT_MODES, namedMode } from '../auth/authorizers.ts';
import type { ReviewVersion } from '../auth/webhook/access-review-text.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/log.ts';
import type { Outbound } from '../kube/outbound.ts';

/** What whoever starts a cluster may say about permissions; names are those of kube-apiserver's flags. */
export interface AuthorizationOptions {
  /** Who decides, in this order: `Node` and `RBAC` unless given. */
  readonly modes?: readonly AuthorizationMode[];
  /** Of the mode `Webhook`: a kubeconfig that names the webhook and the credentials for it. */
  readonly webhookConfigFile?: string;
  /** Of the SubjectAccessReview that it is sent; `v1beta1` unless given, as upstream. */
  readonly webhookVersion?: ReviewVersion;
  readonly webhookCacheAuthorizedTtlMs?: number;
  readonly webhookCacheUnauthorizedTtlMs?: number;
  /** AuthorizationConfiguration: the whole chain, in place of everything above. */
  readonly config?: string;
}

export interface AuthorizationParts {
  readonly outbound: Outbound;
  readonly clock: Clock;
  /** For pauses between calls to webhooks outside. */
  readonly realClock: Clock;
  readonly log: Logger;
}

/**
 * The chain of authorizers.
 *
 * @throws Error for modes that cannot be, and for files that cannot be used
 */
export async function authorizersOf(
  options: AuthorizationOptions,
  parts: AuthorizationParts,
): Promise<readonly NamedAuthorizer[]> {
  const { modes, config, ...webhook } = options;
  if (config !== undefined) {
    if (modes || Object.values(webhook).some((value) => value !== undefined))
      throw new Error(
        '--authorization-config can not be specified when --authorization-mode or --authorization-webhook-* flags ' +
          'are defined',
      );
    // Few clusters have one: what reads it, and the expressions in it, is loaded for those that do.
    const { readAuthorizationConfig } = await import('./authorization-config.ts');
    return readAuthorizationConfig(config, parts);
  }
  checkModes(modes ?? DEFAULT_MODES);
  const { webhookConfigFile } = options;
  const wantsWebhook = modes?.includes('Webhook') ?? false;
  if (wantsWebhook && webhookConfigFile === undefined)
    throw new Error("authorization-mode Webhook's authorization config file not passed");
  if (!wantsWebhook && webhookConfigFile !== undefined)
    throw new Error('cannot specify --authorization-webhook-config-file without mode Webhook');
  const chain = (modes ?? DEFAULT_MODES).map(namedMode);
  if (webhookConfigFile === undefined) return chain;
  const { webhookOfFile } = await import('./authorization-webhook.ts');
  const { webhookVersion = 'v1beta1', webhookCacheAuthorizedTtlMs, webhookCacheUnauthorizedTtlMs } = options;
  const authorizer = webhookOfFile(webhookConfigFile, WEBHOOK, parts, {
    version: webhookVersion,
    authorizedTtlMs: webhookCacheAuthorizedTtlMs ?? AUTHORIZED_TTL_MS,
    unauthorizedTtlMs: webhookCacheUnauthorizedTtlMs ?? UNAUTHORIZED_TTL_MS,
    failurePolicy: 'NoOpinion',
  });
  return chain.map((link) => (link.mode === 'Webhook' ? { ...link, name: WEBHOOK, webhook: authorizer } : link));
}

/** How upstream calls the webhook of the flags when it tells its reasons. */
const WEBHOOK = 'default';

export const AUTHORIZED_TTL_MS = 300_000;
export const UNAUTHORIZED_TTL_MS = 30_000;
