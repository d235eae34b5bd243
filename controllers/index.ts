import type { MatchDevice } from '../server/kube/device-match.ts';
import type { MetricsSource } from '../server/kube/metrics-source.ts';
import { serviceRanges } from '../server/kube/service-ranges.ts';
import { createAttachDetach } from './attach-detach/index.ts';
import { controller as bootstrapSigner } from './bootstrap-signer/index.ts';
import { certificateControllers, type SignCertificate } from './certificates/index.ts';
import { controller as clusterRoleAggregation } from './cluster-role-aggregation/index.ts';
import { controller as cronJob } from './cronjob/index.ts';
import { controller as csiAttacher } from './csi-attacher/index.ts';
import { controller as daemonSet } from './daemonset/index.ts';
import { controller as deployment } from './deployment/index.ts';
import { controller as disruption } from './disruption/index.ts';
import { controller as endpoints } from './endpoints/index.ts';
import { controller as endpointSlice } from './endpointslice/index.ts';
import { controller as endpointSliceMirroring } from './endpointslice-mirroring/index.ts';
import { controller as ephemeralVolume } from './ephemeral-volume/index.ts';
import { controller as flowSchema } from './flow-schema/index.ts';
import { controller as garbageCollector } from './garbage-collector/index.ts';
import { createHorizontalPodAutoscaler } from './horizontal-pod-autoscaler/index.ts';
import { createIngress, type IngressPoint } from './ingress/index.ts';
import { controller as ipAllocatorRepair } from './ip-allocator-repair/index.ts';
import { controller as job } from './job/index.ts';
import { controller as legacyTokenCleaner } from './legacy-token-cleaner/index.ts';
import type { ControllerDefinition } from './lib/controller.ts';
import { controller as namespace } from './namespace/index.ts';
import { clusterRanges, type PodRangeOptions } from './node-ipam/cluster-ranges.ts';
import { createNodeIpam } from './node-ipam/index.ts';
import { createNodeLifecycle } from './node-lifecycle/index.ts';
import { createPersistentVolumeBinder } from './persistentvolume-binder/index.ts';
import { createPodGarbageCollector } from './pod-garbage-collector/index.ts';
import { controller as volumeProtection } from './pv-protection/index.ts';
import { controller as claimProtection } from './pvc-protection/index.ts';
import { controller as replicaSet, replicationController } from './replicaset/index.ts';
import { createResourceClaims } from './resource-claim/index.ts';
import { controller as resourceQuota } from './resource-quota/index.ts';
import { rootCaController } from './root-ca/index.ts';
import { createScheduler } from './scheduler/index.ts';
import { controller as serviceAccount } from './service-account/index.ts';
import { controller as serviceCidr } from './service-cidr/index.ts';
import { createServiceLoadBalancer } from './service-load-balancer/index.ts';
import { serviceAccountTokenController, type TokenParts } from './serviceaccount-token/index.ts';
import { controller as statefulSet } from './statefulset/index.ts';
import { controller as storageProvisioner } from './storage-provisioner/index.ts';
import { controller as storageResizer } from './storage-resizer/index.ts';
import { controller as storageVersionMigrator } from './storage-version-migrator/index.ts';
import { createTaintEviction } from './taint-eviction/index.ts';
import { controller as tokenCleaner } from './token-cleaner/index.ts';
import { createTtl } from './ttl/index.ts';
import { controller as ttlAfterFinished } from './ttl-after-finished/index.ts';
import { controller as attributesClassProtection } from './vac-protection/index.ts';
import { type CheckTypes, policyStatusController } from './validating-admission-policy-status/index.ts';
import { controller as volumeExpander } from './volume-expander/index.ts';

/** What some controllers hand out and no API tells them: without it they are left out. */
export interface ControllerParts {
  /** The certificate that signed the server's, PEM. */
  readonly caCertificate: string;
  /** Checks the expressions of policies against the types of objects. */
  readonly checkPolicy: CheckTypes;
  /** Where Ingresses are served; nowhere unless given. */
  readonly ingressPoint?: IngressPoint | undefined;
  readonly issueToken: TokenParts['issue'];
  /** Where services of type LoadBalancer get their addresses from; nowhere unless given. */
  readonly loadBalancerCidr?: string | undefined;
  /** Evaluates expressions that select devices. */
  readonly matchDevice: MatchDevice;
  /** What pods use, where no server of the cluster tells. */
  readonly metrics?: MetricsSource | undefined;
  /** Where pods and services get their addresses from. */
  readonly podRanges?: PodRangeOptions & { readonly serviceClusterIpRange?: string };
  /** Makes certificates of the CA that clients are known by. */
  readonly signCertificate: SignCertificate;
}

/** Controllers that need more of the server than its API, and what: they run in its process only. */
export const INSIDE_ONLY: Readonly<Record<string, string>> = {
  'serviceaccount-token-controller': "it issues tokens, with the cluster's key",
  'certificatesigningrequest-signing-controller': "it signs certificates, with the cluster's key",
  'validatingadmissionpolicy-status-controller': 'it checks expressions against the types that the server knows',
  'stage-controller': "it plays kwok's Stages on the nodes of the server's own kubelet",
};

/**
 * Every controller, made for one cluster, in the order in which they start: those that there are parts for. The
 * kubelet is the caller's.
 */
export function createControllers({
  caCertificate,
  checkPolicy,
  ingressPoint,
  issueToken,
  loadBalancerCidr,
  matchDevice,
  metrics,
  podRanges = {},
  signCertificate,
}: Partial<ControllerParts>): ControllerDefinition[] {
  return [
    ...(caCertificate !== undefined && issueToken
      ? [serviceAccountTokenController({ caCertificate, issue: issueToken })]
      : []),
    namespace,
    serviceAccount,
    ...(caCertificate === undefined ? [] : [rootCaController(caCertificate)]),
    garbageCollector,
    createNodeLifecycle(),
    createNodeIpam(clusterRanges(podRanges), serviceRanges(podRanges.serviceClusterIpRange).cidrs),
    createTaintEviction(),
    createTtl(),
    createPodGarbageCollector(),
    ...certificateControllers(signCertificate),
    deployment,
    daemonSet,
    replicaSet,
    replicationController,
    statefulSet,
    job,
    cronJob,
    ttlAfterFinished,
    disruption,
    createHorizontalPodAutoscaler(metrics),
    createPersistentVolumeBinder(),
    claimProtection,
    volumeProtection,
    storageProvisioner,
    createAttachDetach(),
    csiAttacher,
    volumeExpander,
    storageResizer,
    attributesClassProtection,
    ephemeralVolume,
    createResourceClaims(),
    endpoints,
    endpointSlice,
    endpointSliceMirroring,
    serviceCidr,
    ipAllocatorRepair,
    createServiceLoadBalancer(loadBalancerCidr),
    createIngress(ingressPoint),
    flowSchema,
    resourceQuota,
    clusterRoleAggregation,
    storageVersionMigrator,
    ...(checkPolicy ? [policyStatusController(checkPolicy)] : []),
    legacyTokenCleaner,
    bootstrapSigner,
    tokenCleaner,
    createScheduler(matchDevice),
  ];
}
