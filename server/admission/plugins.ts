import type { Storage } from '../storage/storage.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger/plugin.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { podSecurity } from './pod-security/plugin.ts';
import type { PolicyEnv } from './policies/env.ts';
import { mutatingPolicies } from './policies/mutating.ts';
import { validatingPolicies } from './policies/validating.ts';
import { priority } from './priority.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUse } from './storage-object-in-use.ts';
import type { WebhookEnv } from './webhooks/env.ts';
import { mutatingWebhooks } from './webhooks/mutating.ts';
import { validatingWebhooks } from './webhooks/validating.ts';

/**
 * All plugins, in the order in which they run: upstream's AllOrderedPlugins, as far as kube-apiserver turns them on
 * without being asked.
 */
export function admissionPlugins(
  env: AdmissionEnv,
  webhooks: WebhookEnv,
  policies: PolicyEnv,
  storage: Pick<Storage, 'list' | 'watch'>,
): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle(env),
    limitRanger(env),
    serviceAccount(env),
    podSecurity(env),
    priority(env),
    defaultTolerationSeconds,
    storageObjectInUse,
    mutatingPolicies(policies),
    mutatingWebhooks(webhooks, storage),
    validatingPolicies(policies),
    validatingWebhooks(webhooks, storage),
  ];
}
