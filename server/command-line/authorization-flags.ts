/** Flags of `fauxkube start` that say who decides what users may do: kube-apiserver's. */
import { InvalidArgumentError, type Option } from 'commander';
import { type AuthorizationMode, checkModes } from '../auth/authorizers.ts';
import type { AuthorizationOptions } from '../cluster/authorization.ts';
import { durationMs } from './durations.ts';

export interface AuthorizationFlags {
  readonly authorizationMode?: readonly AuthorizationMode[];
  readonly authorizationWebhookConfigFile?: string;
  readonly authorizationWebhookVersion?: 'v1' | 'v1beta1';
  readonly authorizationWebhookCacheAuthorizedTtl?: number;
  readonly authorizationWebhookCacheUnauthorizedTtl?: number;
  readonly authorizationConfig?: string;
}

type List = (text: string, before: string[] | undefined) => string[];

/** @param flag makes an option that is an environment variable too; @param list reads values that may be repeated */
export function authorizationFlags(flag: (flags: string, description: string) => Option, list: List): Option[] {
  const modes: List = (text, before) => {
    const given = list(text, before);
    try {
      checkModes(given);
      return given;
    } catch (error) {
      throw new InvalidArgumentError(`${(error as Error).message}.`);
    }
  };
  const ttl = (kind: string, standard: string): Option =>
    flag(
      `--authorization-webhook-cache-${kind}-ttl <duration>`,
      `how long its answer is good for what is ${kind}: ${standard} unless given`,
    ).argParser(durationMs);
  return [
    flag('--authorization-mode <list>', 'who decides what users may do: Node,RBAC unless given').argParser(modes),
    flag('--authorization-webhook-config-file <file>', 'kubeconfig of the webhook of the mode Webhook'),
    flag(
      '--authorization-webhook-version <version>',
      'version of the SubjectAccessReview that it is sent: v1beta1 unless given',
    ).choices(['v1', 'v1beta1']),
    ttl('authorized', '5m'),
    ttl('unauthorized', '30s'),
    flag('--authorization-config <file>', 'AuthorizationConfiguration: the whole chain of authorizers'),
  ];
}

export function authorizationOf(flags: AuthorizationFlags): AuthorizationOptions {
  const {
    authorizationWebhookConfigFile: webhookConfigFile,
    authorizationWebhookVersion: webhookVersion,
    authorizationWebhookCacheAuthorizedTtl: webhookCacheAuthorizedTtlMs,
    authorizationWebhookCacheUnauthorizedTtl: webhookCacheUnauthorizedTtlMs,
    authorizationConfig: config,
  } = flags;
  return {
    ...(webhookConfigFile !== undefined && { webhookConfigFile }),
    ...(webhookVersion !== undefined && { webhookVersion }),
    ...(webhookCacheAuthorizedTtlMs !== undefined && { webhookCacheAuthorizedTtlMs }),
    ...(webhookCacheUnauthorizedTtlMs !== undefined && { webhookCacheUnauthorizedTtlMs }),
    ...(config !== undefined && { config }),
  };
}
