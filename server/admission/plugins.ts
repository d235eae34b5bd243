import type { Storage } from '../storage/storage.ts';
import { alwaysAdmit, alwaysDeny } from './always.ts';
import { alwaysPullImages } from './always-pull-images.ts';
import { antiAffinityTopology } from './anti-affinity-topology.ts';
import { certificateApproval, certificateSigning } from './certificate-approval.ts';
import { certificateSubjectRestriction } from './certificate-subject-restriction.ts';
import { clusterTrustBundleAttest } from './cluster-trust-bundle-attest.ts';
import { defaultIngressClass } from './default-ingress-class.ts';
import { defaultStorageClass } from './default-storage-class.ts';
import { defaultTolerationSeconds } from './default-toleration-seconds.ts';
import { denyServiceExternalIps } from './deny-service-external-ips.ts';
import { eventRateLimit } from './event-rate-limit.ts';
import { extendedResourceToleration } from './extended-resource-toleration.ts';
import { imagePolicyWebhook } from './image-policy-webhook.ts';
import { limitRanger } from './limit-ranger/plugin.ts';
import { namespaceAutoProvision } from './namespace-auto-provision.ts';
import { namespaceExists } from './namespace-exists.ts';
import { namespaceLifecycle } from './namespace-lifecycle.ts';
import { nodeDeclaredFeatures } from './node-declared-features.ts';
import { type NodeEnv, nodeRestriction } from './node-restriction/plugin.ts';
import { ownerReferences } from './owner-references.ts';
import { persistentVolumeClaimResize } from './persistent-volume-claim-resize.ts';
import type { AdmissionEnv, AdmissionPlugin } from './plugin.ts';
import { podNodeSelector } from './pod-node-selector.ts';
import { podResize } from './pod-resize.ts';
import { podSecurity } from './pod-security/plugin.ts';
import { podTolerationRestriction } from './pod-toleration-restriction.ts';
import { podTopologyLabels } from './pod-topology-labels.ts';
import type { PolicyEnv } from './policies/env.ts';
import { mutatingPolicies } from './policies/mutating.ts';
import { validatingPolicies } from './policies/validating.ts';
import { priority } from './priority.ts';
import { resourceQuota } from './resource-quota/plugin.ts';
import { runtimeClass } from './runtime-class.ts';
import { serviceAccount } from './service-account.ts';
import type { AdmissionSettings } from './settings.ts';
import { podGroupProtection, storageObjectInUse } from './storage-object-in-use.ts';
import { taintNodesByCondition } from './taint-nodes-by-condition.ts';
import type { WebhookEnv } from './webhooks/env.ts';
import { mutatingWebhooks } from './webhooks/mutating.ts';
import { validatingWebhooks } from './webhooks/validating.ts';

/** What plugins need that is not for all of them. */
export interface PluginParts {
  readonly settings: AdmissionSettings;
  /** Makes a namespace. */
  readonly provision: (name: string) => Promise<void>;
  readonly difference: NodeEnv['difference'];
}

/** All plugins that are built. Their order and which of them run stands in `selection.ts`. */
export function admissionPlugins(
  env: AdmissionEnv,
  webhooks: WebhookEnv,
  policies: PolicyEnv,
  storage: Pick<Storage, 'list' | 'watch'>,
  { settings, provision, difference }: PluginParts,
): readonly AdmissionPlugin[] {
  const { mutatingCredentials, validatingCredentials } = settings;
  return [
    namespaceLifecycle(env),
    limitRanger(env),
    serviceAccount(env),
    taintNodesByCondition,
    podSecurity(env, settings.podSecurity),
    priority(env),
    defaultTolerationSeconds,
    defaultStorageClass(env),
    storageObjectInUse,
    podGroupProtection,
    persistentVolumeClaimResize(env),
    runtimeClass(env),
    certificateApproval(env),
    certificateSigning(env),
    clusterTrustBundleAttest(env),
    certificateSubjectRestriction,
    defaultIngressClass(env),
    podTopologyLabels(env),
    nodeDeclaredFeatures(env),
    podResize(env),
    mutatingPolicies(policies),
    mutatingWebhooks({ ...webhooks, ...(mutatingCredentials && { credentials: mutatingCredentials }) }, storage),
    validatingPolicies(policies),
    validatingWebhooks({ ...webhooks, ...(validatingCredentials && { credentials: validatingCredentials }) }, storage),
    resourceQuota(env, settings.limitedResources),
    // Off by default.
    alwaysAdmit,
    namespaceAutoProvision(env, provision),
    namespaceExists(env),
    antiAffinityTopology,
    nodeRestriction({ ...env, difference }),
    alwaysPullImages,
    imagePolicyWebhook(env, settings.imagePolicy),
    podNodeSelector(env, settings.nodeSelectors),
    podTolerationRestriction(env, settings.tolerations),
    eventRateLimit(env, settings.eventLimits ?? []),
    extendedResourceToleration,
    ownerReferences(env),
    denyServiceExternalIps,
    alwaysDeny,
  ];
}
