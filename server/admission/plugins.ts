import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger/plugin.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { podSecurity } from './pod-security/plugin.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota/plugin.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUse } from './storage-object-in-use.ts';

/**
 * All plugins, in the order in which they run: upstream's AllOrderedPlugins, as far as kube-apiserver turns them on
 * without being asked.
 */
export function admissionPlugins(env: AdmissionEnv): readonly AdmissionPlugin[] {
  return [
    namespaceLifecycle(env),
    limitRanger(env),
    serviceAccount(env),
    podSecurity(env),
    priority(env),
    defaultTolerationSeconds,
    storageObjectInUse,
    resourceQuota(env),
  ];
}
