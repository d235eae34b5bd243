import type { Storage } from '../storage/storage.ts';
import { certificateApproval, certificateSigning } from './certificate-approval.ts';
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts';
import { clusterTrustBundleAttest } from './cluster-trust-bundle-attest.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { limitRanger } from './limit-ranger/plugin.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { podSecurity } from './pod-security/plugin.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import type { PolicyEnv } from './policies/env.ts';
import { mutatingPolicies } from './policies/mutating.ts';
import { validatingPolicies } from './policies/validating.ts';
import { priority } from './priority.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import { storageObjectInUse } from './storage-object-in-use.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import type { WebhookEnv } from './webhooks/env.ts';
import { mutatingWebhooks } from './webhooks/mutating.ts';
import { validatingWebhooks } from './webhooks/validating.ts';

/** All plugins that are built. Their order and which of them run stands in `selection.ts`. */
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
    taintNodesByCondition,
    podSecurity(env),
    priority(env),
    defaultTolerationSeconds,
    defaultStorageClass(env),
    storageObjectInUse,
    persistentVolumeClaimResize(env),
    runtimeClass(env),
    certificateApproval(env),
    certificateSigning(env),
    clusterTrustBundleAttest(env),
    certificateSubjectRestriction,
    defaultIngressClass(env),
    podTopologyLabels(env),
    mutatingPolicies(policies),
    mutatingWebhooks(webhooks, storage),
    validatingPolicies(policies),
    validatingWebhooks(webhooks, storage),
  ];
}
