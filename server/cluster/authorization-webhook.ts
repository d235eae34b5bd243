import { WebhookAuthorizer, type WebhookAuthorizerOptions } from '../auth/webhook/webhook-authorizer.ts';
import { RemoteWebhook } from '../kube/remote-server.ts';
import type { AuthorizationParts } from './authorization.ts';
import { readRemoteServer } from './kubeconfig-file.ts';

/** Before the second call for one question; each further pause is longer. */
const FIRST_PAUSE_MS = 500;

/** The webhook that a kubeconfig names, as an authorizer. @throws Error that says what is wrong with the file */
export function webhookOfFile(
  file: string,
  name: string,
  { outbound, clock, realClock, log }: AuthorizationParts,
  {
    timeoutMs,
    ...options
  }: Omit<WebhookAuthorizerOptions, 'name' | 'webhook' | 'clock' | 'log'> & { readonly timeoutMs?: number },
): WebhookAuthorizer {
  const webhook = new RemoteWebhook({
    server: readRemoteServer(file),
    outbound,
    clock: realClock,
    retries: 'passing',
    firstPauseMs: FIRST_PAUSE_MS,
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return new WebhookAuthorizer({ name, webhook, clock, log, ...options });
}
