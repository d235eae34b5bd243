import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { priority } from './priority.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUse } from './storage-object-in-use.ts';

/** All plugins that are built. Their order and which of them run stands in `selection.ts`. */
export function admissionPlugins(env: AdmissionEnv): readonly AdmissionPlugin[] {
  return [namespaceLifecycle(env), serviceAccount(env), priority(env), defaultTolerationSeconds, storageObjectInUse];
}
